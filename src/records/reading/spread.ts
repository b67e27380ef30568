/** Some values of one thing, as of runs that differ in their seed alone. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with n - 1; undefined for a single value. */
  readonly deviation: number | undefined;
  readonly min: number;
  readonly max: number;
}

/** Mean and spread of the finite ones among some values; undefined where there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const finite = values.filter(Number.isFinite);
  const count = finite.length;
  if (count === 0) return undefined;
  const mean = finite.reduce((sum, value) => sum + value / count, 0);
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : undefined;
  return { count, mean, deviation, min: Math.min(...finite), max: Math.max(...finite) };
}
