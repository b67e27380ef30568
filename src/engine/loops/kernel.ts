import type { Expr, FoldOp, Index, Tensor } from '../ir/loopForm.js';
import type { Shape } from '../ir/tensorType.js';
import { accumulator } from './expressions.js';
import { variables } from './indices.js';
import { atomsOf } from './operands.js';

/**
 * The unit of work that a device runs at once. For every point of `axes`: the reductions of one phase after another,
 * each over all of `over`, and then the stores. Reductions of later phases, and the stores, read the results of earlier
 * ones as accumulators, numbered through all phases. A store whose index names axes of `over` is made for all of these.
 *
 * A map has no phases, a fold one with one reduction, a contraction one with one product.
 */
export interface Kernel {
  readonly axes: Shape;
  readonly over: Shape;
  readonly phases: readonly (readonly Reduction[])[];
  readonly stores: readonly Store[];
}

export type Reduction =
  | { readonly op: FoldOp; readonly expr: Expr }
  /** Σ a · b */
  | { readonly op: 'product'; readonly a: Expr; readonly b: Expr };

/** The element of the tensor at the index, or none where that is outside of it, becomes the expression. */
export interface Store {
  readonly tensor: Tensor;
  readonly index: readonly Index[];
  readonly expr: Expr;
}

/** The kernel that computes a tensor and nothing else. Throws Error for one that no loop computes. */
export function kernelOf(tensor: Tensor): Kernel {
  const { source, type } = tensor;
  const index = variables(type.shape);
  switch (source.kind) {
    case 'map':
      return { axes: type.shape, over: [], phases: [], stores: [{ tensor, index, expr: source.expr }] };
    case 'fold': {
      const { over, op, expr } = source;
      const stores = [{ tensor, index, expr: accumulator() }];
      return { axes: type.shape, over, phases: [[{ op, expr }]], stores };
    }
    case 'contraction': {
      const { shape, over, a, b, store, out } = source;
      const stores = [{ tensor, index: store, expr: out }];
      return { axes: shape, over, phases: [[{ op: 'product', a, b }]], stores };
    }
    default:
      throw new Error(`no loop computes the ${source.kind} tensor ${tensor.id}`);
  }
}

/** Whether a store is made for every point of `over` too: an element of what is summed, not a result of its sum. */
export function isElementStore({ axes }: Kernel, { index }: Store): boolean {
  const atoms = index.flatMap(atomsOf);
  return atoms.some((atom) => atom.kind === 'variable' && atom.axis >= axes.length);
}

/** The expressions that a reduction evaluates at each point. */
export function reducedBy(reduction: Reduction): readonly Expr[] {
  return reduction.op === 'product' ? [reduction.a, reduction.b] : [reduction.expr];
}

/** All expressions of a kernel. */
export function expressionsIn({ phases, stores }: Kernel): Expr[] {
  return [...phases.flat().flatMap(reducedBy), ...stores.map(({ expr }) => expr)];
}
