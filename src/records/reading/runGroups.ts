import { compareByField, readField } from './fields.js';
import type { RunSummary } from './runSummary.js';

/** Runs that have the same values of some fields. */
export interface RunGroup {
  /** `lr=0.0001, netG=unet_256`; unlike that of every other group. */
  readonly name: string;
  readonly runs: readonly RunSummary[];
}

/** The groups of runs by the values of some fields, in the order of these values. A run without one is in a group of such. */
export function groupRuns(runs: readonly RunSummary[], fields: readonly string[]): RunGroup[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const name = groupOf(run, fields);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [run]);
    else group.push(run);
  }
  const byFields = ({ runs: [a] }: RunGroup, { runs: [b] }: RunGroup) =>
    fields.map((field) => compareByField(a, b, field)).find((order) => order !== 0) ?? 0;
  return [...groups].map(([name, members]) => ({ name, runs: members })).sort(byFields);
}

/** The name of the group that a run is in by some fields. */
export function groupOf(run: RunSummary, fields: readonly string[]): string {
  return fields.map((field) => `${field}=${readField(run, field).join(' ') || 'none'}`).join(', ');
}
