import { computed, type ReadonlySignal } from '@preact/signals';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { compareByField, readField } from '../../../src/records/reading/fields.js';
import type { Dashboard } from '../app/dashboard.js';
import { remembered } from '../app/remembered.js';

/** Shown until somebody chooses, if one of the runs has them. */
const FIRST_COLUMNS = ['netG', 'lr', 'loss/G_L1', 'best(val/L1)', 'best(val/PSNR)', 'best(val/SSIM)'];
const FIRST_METRICS = 3;

/** Fields (see `readField`) that are columns; null while nobody has chosen. */
export const chosenColumns = remembered<readonly string[] | null>('columns', null);

/** The field that orders the table. */
export const order = remembered('order', { field: 'started', isDescending: true });

/** Sorts by a field; the same one again turns the order around. Times begin with the newest. */
export function orderBy(field: string): void {
  const { value } = order;
  const isTime = field === 'started' || field === 'updated';
  order.value = { field, isDescending: value.field === field ? !value.isDescending : isTime };
}

/** The runs that match the filter, in the chosen order. Runs without the field stay last in both directions. */
export function tableRuns(dashboard: Dashboard): ReadonlySignal<readonly RunSummary[]> {
  return computed(() => {
    const { field, isDescending } = order.value;
    const { runs } = dashboard.filtered.value;
    const known = runs.filter((run) => isKnown(run, field));
    known.sort((a, b) => compareByField(a, b, field) * (isDescending ? -1 : 1));
    return [...known, ...runs.filter((run) => !isKnown(run, field))];
  });
}

function isKnown(run: RunSummary, field: string): boolean {
  const [value] = readField(run, field);
  return value !== undefined && !Number.isNaN(value);
}

/** The columns between those that every table has. */
export function shownColumns(runs: readonly RunSummary[]): readonly string[] {
  if (chosenColumns.value !== null) return chosenColumns.value;
  const has = (field: string) => runs.some((run) => readField(run, field).length > 0);
  const known = FIRST_COLUMNS.filter(has);
  return known.length > 0
    ? known
    : [...new Set(runs.flatMap(({ scalars }) => scalars))].slice(0, FIRST_METRICS);
}
