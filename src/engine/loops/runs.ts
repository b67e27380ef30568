import type { Term } from '../ir/loopForm.js';
import type { Counted } from './block.js';

/** A part of an index: factor times the number that counts the points of some axes in a row, from one to another. */
export interface Run {
  readonly factor: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Variables of counted axes as few numbers: with factors f · W and f on neighbouring axes h and w, the second of extent
 * W, both are f times the number that counts (h, w), which needs no division to take apart and no product to join.
 */
export function runsOf({ axes }: Counted, terms: readonly Term[]): Run[] {
  const factorOf = ({ axis }: { axis: number }) =>
    terms.find(({ atom }) => atom.kind === 'variable' && atom.axis === axis)?.factor;
  const runs: Run[] = [];
  for (let last = axes.length - 1; last >= 0; last--) {
    const factor = factorOf(axes[last]);
    if (factor === undefined) continue;
    let first = last;
    for (let next = factor * axes[last].extent; first > 0 && factorOf(axes[first - 1]) === next; first--) {
      next *= axes[first - 1].extent;
    }
    runs.push({ factor, first, last });
    last = first;
  }
  return runs.reverse();
}
