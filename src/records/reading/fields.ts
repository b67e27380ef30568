import type { RunSummary } from './runSummary.js';

/** NaN stands for a metric that is no longer a number. */
export type FieldValue = string | number | boolean;

/**
 * The fields that every run has besides its options and metrics. Their names take precedence over an option of the same
 * name.
 */
const OWN: Readonly<Record<string, (run: RunSummary) => FieldValue | readonly string[] | undefined | null>> =
  {
    name: (run) =>
      run.annotations.displayName === undefined ? run.id : [run.id, run.annotations.displayName],
    sweep: (run) => run.sweep?.id,
    state: (run) => run.state,
    step: (run) => run.step,
    epoch: (run) => run.epoch,
    progress: (run) => run.progress,
    seconds: (run) => run.seconds,
    started: (run) => run.startedAt,
    updated: (run) => run.updatedAt,
    label: (run) => run.annotations.labels ?? [],
    notes: (run) => run.annotations.notes,
  };

const CALL = /^(best|last)\((.*)\)$/s;

/**
 * The values of a run's field: `lr` or any other option; `name`, `sweep`, `state`, `step`, `epoch`, `progress`, `seconds`,
 * `started`, `updated`, `label`, `notes`; a metric by its tag, `val/L1`, for its newest value, also written
 * `last(val/L1)`; `best(val/L1)`. Columns of the table, its order, the filter and comparisons name fields in this way.
 *
 * @returns none where the run has no such thing, several for its labels
 */
export function readField(run: RunSummary, field: string): readonly FieldValue[] {
  const own = Object.hasOwn(OWN, field) ? OWN[field](run) : undefined;
  if (own !== undefined && own !== null) return typeof own === 'object' ? own : [own];
  if (Object.hasOwn(OWN, field)) return [];
  const option = Object.hasOwn(run.options, field) ? run.options[field] : undefined;
  if (option !== undefined && option !== null) return [option];
  const [, which, tag] = CALL.exec(field) ?? [undefined, 'last', field];
  if (which === 'best') return Object.hasOwn(run.best, tag) ? [run.best[tag].value] : [];
  return Object.hasOwn(run.last, tag) ? [run.last[tag] ?? Number.NaN] : [];
}

/** Every field that one of the runs has, in the order of the names: what all have, options, metrics. */
export function fieldsOf(runs: readonly RunSummary[]): string[] {
  const union = (names: (run: RunSummary) => object) =>
    [...new Set(runs.flatMap((run) => Object.keys(names(run))))].sort();
  const metrics = union((run) => run.last);
  return [
    ...Object.keys(OWN),
    ...union((run) => run.options).filter((name) => !Object.hasOwn(OWN, name)),
    ...metrics,
    ...metrics.map((tag) => `best(${tag})`),
  ];
}

/** The order of two runs by a field, ascending: numbers by size, text by its letters, runs without the field last. */
export function compareByField(a: RunSummary, b: RunSummary, field: string): number {
  const [[x], [y]] = [readField(a, field), readField(b, field)];
  const rank = (value: FieldValue | undefined) => (value === undefined || Number.isNaN(value) ? 1 : 0);
  if (rank(x) !== 0 || rank(y) !== 0) return rank(x) - rank(y);
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  return String(x).localeCompare(String(y), 'en', { numeric: true });
}
