import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { type FieldValue, readField } from '../../../src/records/reading/fields.js';
import { formatNumber } from '../app/format.js';

/** Beyond this ratio of the largest to the smallest, equal steps would crowd the small values. */
const LOG_RATIO = 30;

/** Places values of a field along an axis. */
export interface FieldScale {
  readonly field: string;
  readonly kind: 'linear' | 'log' | 'words';
  /** 0 (low) ... 1 (high). */
  readonly place: (value: FieldValue) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** A scale that fits the runs' values of a field: by size, by its logarithm, or one place for each word. */
export function fieldScale(runs: readonly RunSummary[], field: string): FieldScale {
  const values = runs.map((run) => fieldValue(run, field)).filter((value) => value !== undefined);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0 || numbers.length < values.length) return wordScale(field, values);
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
  const kind = min > 0 && max / min >= LOG_RATIO ? 'log' : 'linear';
  const size = (value: number) => (kind === 'log' ? Math.log(value) : value);
  const place = (value: FieldValue) =>
    max > min ? (size(Number(value)) - size(min)) / (size(max) - size(min)) : 0.5;
  const distinct = [...new Set(numbers)];
  const shown = distinct.length <= 5 ? distinct : [min, max];
  return {
    field,
    kind,
    place,
    ticks: shown.map((value) => ({ at: place(value), text: formatNumber(value) })),
  };
}

function wordScale(field: string, values: readonly FieldValue[]): FieldScale {
  const words = [...new Set(values.map(String))].sort();
  const place = (value: FieldValue) =>
    words.length > 1 ? words.indexOf(String(value)) / (words.length - 1) : 0.5;
  return { field, kind: 'words', place, ticks: words.map((word) => ({ at: place(word), text: word })) };
}

/** A run's value of a field; undefined where it has none, or NaN. */
export function fieldValue(run: RunSummary, field: string): FieldValue | undefined {
  const [value] = readField(run, field);
  return Number.isNaN(value) ? undefined : value;
}
