import type { Expr, Index, Tensor } from '../ir/loopForm.js';
import { atomsOf, indicesOf, partsOf } from './operands.js';

const known = new WeakMap<Expr, boolean>();

/** Whether an expression reads only where tensors have elements, by the bounds of its indices alone, whatever guards it. */
export function readsInside(expr: Expr): boolean {
  let inside = known.get(expr);
  if (inside === undefined) {
    inside =
      (expr.kind !== 'load' || isInside(expr.tensor, expr.index)) &&
      indicesOf(expr).every(isKnownInside) &&
      partsOf(expr).every(readsInside);
    known.set(expr, inside);
  }
  return inside;
}

function isInside({ type }: Tensor, index: readonly Index[]): boolean {
  return index.every(({ low, high }, axis) => low >= 0 && high < type.shape[axis]);
}

/** The tensors that an index reads from too are read inside. */
function isKnownInside(index: Index): boolean {
  return atomsOf(index).every((atom) => atom.kind !== 'data' || isInside(atom.tensor, atom.index));
}
