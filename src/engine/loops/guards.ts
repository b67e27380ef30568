import type { Expr, Index, Range, Tensor } from '../ir/loopForm.js';
import { boundsUnder } from './bounds.js';
import { atomsOf, indicesOf, partsOf } from './operands.js';

/** The same for ranges that are alike. */
export function rangeKey({ index, low, high }: Range): string {
  return `${index.id} in ${low} ${high}`;
}

const known = new WeakMap<Expr, Map<string, readonly Range[]>>();

/**
 * Of ranges that hold, those that an expression needs, so as to read only where tensors have elements. What needs fewer
 * can be computed further out: the statistics of a channel need no more than that there is such a channel.
 */
export function neededRanges(expr: Expr, ranges: readonly Range[]): readonly Range[] {
  if (ranges.length === 0) return ranges;
  const byRanges = known.get(expr) ?? new Map<string, readonly Range[]>();
  known.set(expr, byRanges);
  const key = ranges.map(rangeKey).join();
  let needed = byRanges.get(key);
  if (needed === undefined) {
    const found = new Set(findNeeded(expr, ranges).map(rangeKey));
    needed = ranges.filter((range) => found.has(rangeKey(range)));
    byRanges.set(key, needed);
  }
  return needed;
}

function findNeeded(expr: Expr, ranges: readonly Range[]): readonly Range[] {
  const own = expr.kind === 'load' ? neededToRead(expr.tensor, expr.index, ranges) : [];
  const inIndices = indicesOf(expr)
    .flatMap(atomsOf)
    .flatMap((atom) => {
      return atom.kind === 'data' ? neededToRead(atom.tensor, atom.index, ranges) : [];
    });
  const inParts = partsOf(expr).flatMap((part) => {
    const isGuarded = expr.kind === 'select' && part === expr.x;
    return neededRanges(part, isGuarded ? [...ranges, ...expr.where] : ranges);
  });
  return [...own, ...inIndices, ...inParts];
}

function neededToRead({ type }: Tensor, index: readonly Index[], ranges: readonly Range[]): Range[] {
  return index.flatMap((at, axis) => neededWithin(at, type.shape[axis], ranges));
}

/** The first range by which the index is 0 or more, and the first by which it is below the extent; all where none is. */
function neededWithin(at: Index, extent: number, ranges: readonly Range[]): readonly Range[] {
  const bounds = ranges.map((range) => ({ range, ...boundsUnder(at, [range]) }));
  const from = at.low >= 0 ? [] : bounds.filter(({ low }) => low >= 0).slice(0, 1);
  const to = at.high < extent ? [] : bounds.filter(({ high }) => high < extent).slice(0, 1);
  const isBounded = (at.low >= 0 || from.length > 0) && (at.high < extent || to.length > 0);
  return isBounded ? [...from, ...to].map(({ range }) => range) : ranges;
}
