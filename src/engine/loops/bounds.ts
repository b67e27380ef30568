import type { Index, Range } from '../ir/loopForm.js';
import { difference, sum } from './indices.js';

/** Whole numbers from low to high, both included. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * The bounds of an index where these ranges hold: its own bounds, and those that follow from a range of an index
 * which differs from it, or from its opposite, by something bounded:
 *
 *   index = guarded + (index - guarded) = (index + guarded) - guarded
 */
export function boundsUnder(index: Index, guards: readonly Range[]): Bounds {
  let { low, high } = index;
  for (const { index: guarded, low: first, high: end } of guards) {
    const [rest, total] = [difference(index, guarded), sum(index, guarded)];
    low = Math.max(low, first + rest.low, total.low - (end - 1));
    high = Math.min(high, end - 1 + rest.high, total.high - first);
  }
  return { low, high };
}
