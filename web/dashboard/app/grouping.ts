import { groupRuns } from '../../../src/records/reading/runGroups.js';
import type { RunSummary } from '../../../src/records/reading/runSummary.js';
import { remembered } from './remembered.js';
import { PALETTE } from './runColours.js';

/** Fields by which runs are grouped, in the table and in the charts; none: each stands for itself. */
export const groupFields = remembered<readonly string[]>('groups', []);

/** Runs that are one line in a chart: their mean. */
export interface ChartGroup {
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
  /** Their ids. */
  readonly runs: readonly string[];
}

/** The groups of runs by some fields, as charts draw them; undefined where there are no fields. */
export function chartGroups(
  runs: readonly RunSummary[],
  fields: readonly string[],
): readonly ChartGroup[] | undefined {
  if (fields.length === 0) return undefined;
  return groupRuns(runs, fields).map(({ name, runs }, i) => ({
    name: `${name} (${runs.length} ${runs.length === 1 ? 'run' : 'runs'})`,
    color: PALETTE[i % PALETTE.length],
    runs: runs.map(({ id }) => id),
  }));
}
