import type { Atom, Expr, Index } from '../ir/loopForm.js';
import { ACCUMULATORS, type Dependence, ofAxis } from './block.js';
import { indicesOf, partsOf, withInner } from './operands.js';

const known = new WeakMap<Expr, Dependence>();

/** The variables and accumulators that an expression depends on. */
export function dependenceOf(expr: Expr): Dependence {
  let needed = known.get(expr);
  if (needed === undefined) {
    needed = expr.kind === 'acc' ? ACCUMULATORS : 0;
    for (const index of indicesOf(expr)) needed |= dependenceOfIndex(index);
    for (const part of partsOf(expr)) needed |= dependenceOf(part);
    known.set(expr, needed);
  }
  return needed;
}

export function dependenceOfIndex({ terms }: Index): Dependence {
  return terms.reduce((needed, { atom }) => needed | dependenceOfAtom(atom), 0);
}

export function dependenceOfAtom(atom: Atom): Dependence {
  return withInner(atom).reduce(
    (needed, inner) => (inner.kind === 'variable' ? needed | ofAxis(inner.axis) : needed),
    0,
  );
}
