import type { Atom, Index, Range } from '../ir/loopForm.js';
import { difference, div, sum, times } from './indices.js';

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
 *
 * or from the bounds of what is divided in it:
 *
 *   ⌊i / n⌋ + rest = ⌊(i + n · rest) / n⌋
 */
export function boundsUnder(index: Index, guards: readonly Range[]): Bounds {
  let { low, high } = index;
  for (const { index: guarded, low: first, high: end } of guards) {
    const [rest, total] = [boundsOfSum(index, guarded, -1), boundsOfSum(index, guarded, 1)];
    low = Math.max(low, first + rest.low, total.low - (end - 1));
    high = Math.min(high, end - 1 + rest.high, total.high - first);
  }
  for (const { atom, factor } of guards.length > 0 ? index.terms : []) {
    if (atom.kind !== 'div' || factor !== 1) continue;
    const { index: divided, by } = atom;
    const bounds = boundsUnder(sum(divided, times(difference(index, div(divided, by)), by)), guards);
    low = Math.max(low, Math.floor(bounds.low / by));
    high = Math.min(high, Math.floor(bounds.high / by));
  }
  return { low, high };
}

/** The bounds of index + factor · other: as those of an index that is built, which takes longer. */
function boundsOfSum(index: Index, other: Index, factor: 1 | -1): Bounds {
  let [low, high] = [index.constant + factor * other.constant, index.constant + factor * other.constant];
  const add = (atom: Atom, times: number) => {
    if (times === 0) return;
    low += times * (times > 0 ? atom.low : atom.high);
    high += times * (times > 0 ? atom.high : atom.low);
  };
  const factorIn = ({ terms }: Index, atom: Atom) => terms.find((term) => term.atom === atom)?.factor ?? 0;
  for (const term of index.terms) add(term.atom, term.factor + factor * factorIn(other, term.atom));
  for (const term of other.terms) if (factorIn(index, term.atom) === 0) add(term.atom, factor * term.factor);
  return { low, high };
}
