import type { RunSummary } from '../../../src/records/dashboard/api.js';

/** One option of several runs. */
export interface OptionRow {
  readonly name: string;
  /** In the order of the runs, as text; undefined where a run has no such option. */
  readonly values: readonly (string | undefined)[];
  /** Whether a run has another value than most have; nobody stands out where all differ. */
  readonly isUnusual: readonly boolean[];
}

/** The options of some runs, apart by whether they differ. `name` is left out: it always does. */
export function compareOptions(runs: readonly RunSummary[]): { different: OptionRow[]; equal: OptionRow[] } {
  const names = [...new Set(runs.flatMap(({ options }) => Object.keys(options)))].sort();
  const rows = names.filter((name) => name !== 'name').map((name) => optionRow(name, runs));
  const isDifferent = ({ values }: OptionRow) => new Set(values).size > 1;
  return { different: rows.filter(isDifferent), equal: rows.filter((row) => !isDifferent(row)) };
}

function optionRow(name: string, runs: readonly RunSummary[]): OptionRow {
  const values = runs.map(({ options }) =>
    Object.hasOwn(options, name) ? String(options[name]) : undefined,
  );
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [usual, times] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { name, values, isUnusual: values.map((value) => times > 1 && value !== usual) };
}
