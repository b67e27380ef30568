import { signal } from '@preact/signals';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { groupOf } from '../../../src/records/reading/runGroups.js';
import type { SweepOfRun } from '../../../src/records/reading/runSummary.js';

/** Runs that stand in the table under one row. */
export interface GroupOfRows {
  /** Unlike that of any other row. */
  readonly id: string;
  readonly name: string;
  readonly runs: RunSummary[];
  /** The sweep, where the group is one. */
  readonly sweep?: SweepOfRun;
}

export type TableRow =
  | { readonly id: string; readonly run: RunSummary; readonly group?: undefined }
  | { readonly id: string; readonly group: GroupOfRows; readonly isOpen: boolean };

/** The groups whose runs are shown, by the ids of their rows. */
export const openGroups = signal<ReadonlySet<string>>(new Set());

export function toggleGroup(id: string): void {
  const next = new Set(openGroups.value);
  if (!next.delete(id)) next.add(id);
  openGroups.value = next;
}

/**
 * The rows of the table: of each group one, where its first run would stand, and its runs beneath it where it is open.
 * Without fields to group by, the runs of a sweep are a group.
 *
 * @param runs in the order of the table
 */
export function rowsOf(
  runs: readonly RunSummary[],
  fields: readonly string[],
  open: ReadonlySet<string>,
): TableRow[] {
  const groups = new Map<string, GroupOfRows>();
  const places: (RunSummary | GroupOfRows)[] = [];
  for (const run of runs) {
    const name = fields.length > 0 ? groupOf(run, fields) : run.sweep?.id;
    if (name === undefined) places.push(run);
    else {
      const known = groups.get(name);
      const sweep = fields.length === 0 ? run.sweep : undefined;
      const group = known ?? { id: `group ${name}`, name, runs: [], sweep };
      if (known === undefined) places.push(group);
      groups.set(name, group);
      group.runs.push(run);
    }
  }
  return places.flatMap((place): TableRow[] => {
    if (!('runs' in place)) return [{ id: place.id, run: place }];
    const isOpen = open.has(place.id);
    const members = isOpen ? place.runs.map((run) => ({ id: run.id, run })) : [];
    return [{ id: place.id, group: place, isOpen }, ...members];
  });
}
