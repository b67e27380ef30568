import type { Expr, Index, Range, Tensor } from '../../ir/loopForm.js';
import { accumulator, number, select } from '../expressions.js';
import { variables } from '../indices.js';
import { expressionsIn, type Kernel, type Reduction, reducedBy, type Store } from '../kernel.js';
import { subexpressions, tensorsIn } from '../operands.js';
import { Rewriting } from '../substitute.js';

/**
 * `first` with all that `second` computes: for each point of `first`, or each of its elements, at the same point.
 * Undefined where `second` reads a result of `first` at any other place.
 *
 * @param axes what the axes of `second` stand for in those of `first`; those that it sums over are the same in both
 */
export function joined(first: Kernel, second: Kernel, axes: readonly Index[]): Kernel | undefined {
  const known = first.phases.flat().length;
  const over = variables(second.over, first.axes.length);
  const stored = new Map(first.stores.map((store) => [store.tensor, store]));
  const rewriting = new Rewriting({
    axis: (axis) => [...axes, ...over][axis],
    element: (tensor, index) => storedAt(stored.get(tensor), index),
    accumulator: (of) => accumulator(known + of),
  });
  const inside = rangesOf(first.stores);
  const kernel = inPhases({
    axes: first.axes,
    over: first.over.length > 0 ? first.over : second.over,
    reductions: [
      ...first.phases.flat(),
      ...second.phases.flat().map((reduction) => withExpressions(reduction, (expr) => rewriting.expr(expr))),
    ],
    stores: [
      ...first.stores,
      ...second.stores.map(({ tensor, index, expr }) => ({
        ...{ tensor, index: rewriting.all(index) },
        expr: select(inside, rewriting.expr(expr), number(0)),
      })),
    ],
  });
  return readsAny(kernel, stored) ? undefined : kernel;
}

/**
 * `reader` with a map that computes what it reads, and stores it: an element of the map for each point of `reader`, or
 * for each that it sums over. Undefined where `reader` reads a result of the map at any other place.
 *
 * @param axes what the axes of the map stand for in those of `reader`
 */
export function preceded(reader: Kernel, map: Kernel, axes: readonly Index[]): Kernel | undefined {
  const moved = new Rewriting({ axis: (axis) => axes[axis] });
  const stores = map.stores.map(({ tensor, index, expr }) => ({
    ...{ tensor, index: moved.all(index) },
    expr: moved.expr(expr),
  }));
  const stored = new Map(stores.map((store) => [store.tensor, store]));
  const rewriting = new Rewriting({ element: (tensor, index) => storedAt(stored.get(tensor), index) });
  const kernel = rewritten(reader, rewriting);
  if (readsAny(kernel, stored)) return undefined;
  return { ...kernel, stores: [...stores, ...kernel.stores] };
}

/** A kernel with its expressions rewritten, its stores where they are. */
export function rewritten(kernel: Kernel, rewriting: Rewriting): Kernel {
  return {
    ...kernel,
    phases: kernel.phases.map((phase) =>
      phase.map((reduction) => withExpressions(reduction, (expr) => rewriting.expr(expr))),
    ),
    stores: kernel.stores.map((store) => ({ ...store, expr: rewriting.expr(store.expr) })),
  };
}

function storedAt(store: Store | undefined, index: readonly Index[]): Expr | undefined {
  return store?.index.every((at, i) => at === index[i]) ? store.expr : undefined;
}

function readsAny(kernel: Kernel, stored: ReadonlyMap<Tensor, Store>): boolean {
  return tensorsIn(expressionsIn(kernel)).some((tensor) => stored.has(tensor));
}

/** Where a kernel's axes go beyond what it stores, what is computed with it must not read beyond either. */
function rangesOf(stores: readonly Store[]): Range[] {
  return stores.flatMap(({ tensor, index }) =>
    index.flatMap((at, axis) => {
      const high = tensor.type.shape[axis];
      return at.high < high ? [] : [{ index: at, low: 0, high }];
    }),
  );
}

interface Unordered extends Omit<Kernel, 'phases'> {
  /** Each may read those before it. */
  readonly reductions: readonly Reduction[];
}

/** A kernel whose reductions are each in the first phase in which all that they read is known. */
function inPhases({ reductions, stores, ...loops }: Unordered): Kernel {
  const phaseOf: number[] = [];
  for (const reduction of reductions) {
    const read = accumulatorsIn(reducedBy(reduction)).map((of) => phaseOf[of]);
    phaseOf.push(Math.max(-1, ...read) + 1);
  }
  const order = [...reductions.keys()].sort((a, b) => phaseOf[a] - phaseOf[b] || a - b);
  const renumbering = new Rewriting({ accumulator: (of) => accumulator(order.indexOf(of)) });
  const renumbered = (of: number) => withExpressions(reductions[of], (expr) => renumbering.expr(expr));
  const count = Math.max(-1, ...phaseOf) + 1;
  return {
    ...loops,
    phases: Array.from({ length: count }, (_, phase) =>
      order.filter((of) => phaseOf[of] === phase).map(renumbered),
    ),
    stores: stores.map((store) => ({ ...store, expr: renumbering.expr(store.expr) })),
  };
}

function accumulatorsIn(expressions: readonly Expr[]): number[] {
  return [...subexpressions(expressions)].flatMap((expr) => (expr.kind === 'acc' ? [expr.of] : []));
}

function withExpressions(reduction: Reduction, rewrite: (expr: Expr) => Expr): Reduction {
  return reduction.op === 'product'
    ? { ...reduction, a: rewrite(reduction.a), b: rewrite(reduction.b) }
    : { ...reduction, expr: rewrite(reduction.expr) };
}
