import type { Counts, Examples } from './inspection.js';

/** Different values that are counted apart; images that all differ in size would fill the memory. */
const MOST_VALUES = 1000;
/** So many are told. */
const SHOWN = 8;
/** Examples that are named. */
const EXAMPLES = 20;

/** Counts how often values occur. */
export class Tally {
  private readonly counts = new Map<string, number>();
  private others = 0;

  add(value: string): void {
    const count = this.counts.get(value);
    if (count === undefined && this.counts.size >= MOST_VALUES) this.others++;
    else this.counts.set(value, (count ?? 0) + 1);
  }

  /** The most frequent values. */
  get top(): Counts {
    const sorted = [...this.counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const rest = sorted.slice(SHOWN);
    const others = rest.reduce((sum, [, count]) => sum + count, this.others);
    return others === 0 ? sorted : [...sorted.slice(0, SHOWN), [`${rest.length} others`, others]];
  }
}

/** How many there are, and the first of them. */
export function examplesOf<T>(all: readonly T[]): Examples<T> {
  return { count: all.length, shown: all.slice(0, EXAMPLES) };
}
