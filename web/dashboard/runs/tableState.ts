import { computed, type ReadonlySignal } from '@preact/signals';
import { compareByField } from '../../../src/runs/fields.js';
import type { RunSummary } from '../../../src/server/api.js';
import type { Dashboard } from '../app/dashboard.js';
import { remembered } from '../app/remembered.js';

/** Shown until somebody chooses, if one of the runs has them. */
const FIRST_COLUMNS = ['netG', 'lr', 'loss/G_L1', 'best(val/L1)', 'best(val/PSNR)', 'best(val/SSIM)'];
const FIRST_METRICS = 3;

/** Fields (see `readField`) that are columns; undefined while nobody has chosen. */
export const chosenColumns = remembered<readonly string[] | undefined>('columns', undefined);

/** The field that orders the table. */
export const order = remembered<{ field: string; isDescending: boolean }>('order', {
  field: 'started',
  isDescending: true,
});

/** Sorts by a field; the same one again turns the order around. */
export function orderBy(field: string): void {
  const { value } = order;
  order.value =
    value.field === field
      ? { field, isDescending: !value.isDescending }
      : { field, isDescending: field === 'started' || field === 'updated' };
}

/** The runs that the filter lets through, in the chosen order. Runs without the field stay last in both directions. */
export function tableRows(dashboard: Dashboard): ReadonlySignal<readonly RunSummary[]> {
  return computed(() => {
    const { field, isDescending } = order.value;
    const [known, unknown] = partition(
      dashboard.filtered.value.runs,
      (run) => compareByField(run, NOTHING, field) < 0,
    );
    known.sort((a, b) => compareByField(a, b, field) * (isDescending ? -1 : 1));
    return [...known, ...unknown];
  });
}

/** The columns between those that every table has. */
export function shownColumns(runs: readonly RunSummary[]): readonly string[] {
  if (chosenColumns.value !== undefined) return chosenColumns.value;
  const has = (field: string) => {
    const tag = field.replace(/^best\((.*)\)$/, '$1');
    return runs.some(({ options, last }) => Object.hasOwn(options, tag) || Object.hasOwn(last, tag));
  };
  const known = FIRST_COLUMNS.filter(has);
  return known.length > 0
    ? known
    : [...new Set(runs.flatMap(({ scalars }) => scalars))].slice(0, FIRST_METRICS);
}

const NOTHING = { options: {}, last: {}, best: {}, annotations: {} } as RunSummary;

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}
