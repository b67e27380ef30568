import type { Expr, Index, Range, Tensor } from '../../../ir/loopForm.js';
import { elementCount } from '../../../ir/tensorType.js';
import { dependenceOfAtom, dependenceOfIndex } from '../../../loops/dependence.js';
import { neededRanges } from '../../../loops/guards.js';
import { flatten } from '../../../loops/indices.js';
import type { Store } from '../../../loops/kernel.js';
import { atomsOf, indicesOf, partsOf } from '../../../loops/operands.js';
import { runsOf } from '../../../loops/runs.js';
import { type Bindings, isPacked } from './arrays.js';
import { type Axis, dependenceOn, pointsOf } from './countedAxes.js';

/** An element that a kernel reads or stores, and the conditions under which alone there is one. */
export interface Access {
  readonly tensor: Tensor;
  readonly place: Index;
  readonly guards: readonly Range[];
}

/** What expressions read. */
export function accessesOf(roots: readonly Expr[]): Access[] {
  const accesses: Access[] = [];
  const seen = new Set<string>();
  const visitIndex = (index: Index, guards: readonly Range[]) => {
    for (const atom of atomsOf(index)) if (atom.kind === 'data') add(atom.tensor, atom.index, guards);
  };
  const add = (tensor: Tensor, index: readonly Index[], guards: readonly Range[]) => {
    accesses.push({ tensor, place: flatten(index, tensor.type.shape), guards });
  };
  const visit = (expr: Expr, guards: readonly Range[], around: string) => {
    const key = `${expr.id} ${around}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const index of indicesOf(expr)) visitIndex(index, guards);
    if (expr.kind === 'load') add(expr.tensor, expr.index, neededRanges(expr, guards));
    if (expr.kind === 'select') {
      visit(expr.x, [...guards, ...expr.where], `${around} ${expr.id}`);
      visit(expr.y, guards, around);
    } else for (const part of partsOf(expr)) visit(part, guards, around);
  };
  for (const root of roots) visit(root, [], '');
  return accesses;
}

/** Where stores go. */
export function storedBy(stores: readonly Store[]): Access[] {
  return stores.map(({ tensor, index }) => ({
    tensor,
    place: flatten(index, tensor.type.shape),
    guards: index.flatMap((at, axis) => {
      const high = tensor.type.shape[axis];
      return at.high < high ? [] : [{ index: at, low: 0, high }];
    }),
  }));
}

/** The indices by which a store may miss its tensor. */
function outsideOf({ tensor, index }: Pick<Store, 'tensor' | 'index'>): Index[] {
  return index.filter((at, axis) => at.high >= tensor.type.shape[axis]);
}

/** What depends on a point besides the places of elements: guards, numbers made of indices, and atoms' insides. */
function bareIndices(roots: readonly Expr[]): Index[] {
  const found: Index[] = [];
  const seen = new Set<Expr>();
  const visit = (expr: Expr) => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind !== 'load') found.push(...indicesOf(expr));
    for (const index of indicesOf(expr)) {
      for (const atom of atomsOf(index)) {
        if (atom.kind !== 'variable') found.push(...(atom.kind === 'data' ? atom.index : [atom.index]));
      }
    }
    partsOf(expr).forEach(visit);
  };
  roots.forEach(visit);
  return found;
}

/**
 * The innermost axes along which four neighbours may be computed together: from this number of the axes on; undefined
 * where there are none. Several axes serve as one where they are nowhere told apart.
 */
export function neighbourAxes(
  axes: readonly Axis[],
  accesses: readonly Access[],
  expressions: readonly Expr[],
  stores: readonly Store[] = [],
): number | undefined {
  const bare = [...bareIndices(expressions), ...stores.flatMap(outsideOf)];
  for (let suffix = axes.length - 1; suffix >= 0; suffix--) {
    const inner = axes.slice(suffix);
    if (pointsOf(inner) % 4 === 0) return suffix;
    const along = dependenceOn(axes.slice(suffix === 0 ? 0 : suffix - 1));
    if (suffix === 0 || bare.some((index) => dependenceOfIndex(index) & along)) return;
    const joined = { axes: axes.slice(suffix - 1), run: () => '' };
    const isTogether = ({ place }: Access) =>
      runsOf(joined, place.terms).every(({ first, last }) => first === 0 && last === joined.axes.length - 1);
    if (!accesses.every(isTogether)) return;
  }
  return;
}

/** Axes along which a kernel goes by fours: from number `suffix` of them on; undefined where it goes one by one. */
export interface Neighbours {
  readonly axes: readonly Axis[];
  readonly suffix: number | undefined;
}

/** Those of what a kernel stores. */
export function storedNeighbours(
  axes: readonly Axis[],
  stores: readonly Store[],
  more: readonly Expr[] = [],
): Neighbours {
  const expressions = [...more, ...stores.map(({ expr }) => expr)];
  const accesses = [...accessesOf(expressions), ...storedBy(stores)];
  return { axes, suffix: neighbourAxes(axes, accesses, expressions, stores) };
}

/** An access from the points of some axes, of which four neighbours are along those from `suffix` on. */
type NeighbourAccess = Access & Neighbours;

/**
 * Tensors of which each access is to four neighbours in a row, from a place that 4 divides on; those that share a binding
 * with others are none of them.
 */
export function wideTensors(accesses: readonly NeighbourAccess[], bindings?: Bindings): Set<Tensor> {
  const tensors = new Set(accesses.map(({ tensor }) => tensor));
  for (const access of accesses) {
    const { tensor } = access;
    const isWide = !isPacked(tensor) && !bindings?.isShared(tensor) && isOfFours(access);
    if (!isWide) tensors.delete(tensor);
  }
  return tensors;
}

/** Whether an access is to four neighbours in a row, from a place that 4 divides on. */
export function isOfFours({ tensor, place, guards, axes, suffix }: NeighbourAccess): boolean {
  return (
    suffix !== undefined &&
    elementCount(tensor.type.shape) % 4 === 0 &&
    isOfFour(place, axes, suffix) &&
    guards.every(({ index }) => (dependenceOfIndex(index) & dependenceOn(axes.slice(suffix))) === 0)
  );
}

function isOfFour({ terms, constant }: Index, axes: readonly Axis[], suffix: number): boolean {
  const inner = axes.slice(suffix);
  const along = dependenceOn(inner);
  const [run, ...more] = runsOf({ axes: inner, run: () => '' }, terms);
  const isRow = more.length === 0 && run?.factor === 1 && run.first === 0 && run.last === inner.length - 1;
  const isAligned = terms.every(({ atom, factor }) => {
    if ((dependenceOfAtom(atom) & along) === 0) return factor % 4 === 0;
    return atom.kind === 'variable';
  });
  return isRow && isAligned && constant % 4 === 0;
}
