import type { Expr, Index, Tensor } from '../../ir/loopForm.js';
import { f32 } from '../../ir/tensorType.js';
import { binaryExpr, load } from '../expressions.js';
import { sum, times, variable, variables, whole } from '../indices.js';
import { type Kernel, kernelOf, type Reduction } from '../kernel.js';
import { indicesOf, subexpressions } from '../operands.js';
import { Rewriting } from '../substitute.js';
import { contraction, fold } from '../tensors.js';
import { axesIn, axisOf } from './points.js';

/** Into how many parts the sum of a kernel should be split, so that workgroups enough have work; 1: it is not. */
export type SplitOf = (kernel: Kernel) => number;

/** So many parts are added up in one expression; more are summed by a loop. */
const MAX_TERMS = 16;

/**
 * A kernel of one tensor, or where its sum is split along one of its axes: a kernel for the parts, which lie one after
 * another in a tensor of their own, and one that adds them up and stores the result.
 */
export function splitKernel(kernel: Kernel, splitOf: SplitOf): readonly Kernel[] {
  const [reduction] = kernel.phases.flat();
  if (reduction === undefined) return [kernel];
  const { axis, parts } = equalParts(kernel.over, splitOf(kernel));
  const rest = parts === 1 ? undefined : ofResult(kernel);
  if (rest === undefined) return [kernel];
  const partial = partialSums(kernel, reduction, axis, parts);
  return [kernelOf(partial), addedUp(kernel, reduction, partial, rest)];
}

/** The axis that can be cut into most equal parts, of no more than are wanted. */
function equalParts(
  over: readonly number[],
  wanted: number,
): { readonly axis: number; readonly parts: number } {
  const cuts = over.map((extent, axis) => {
    let parts = Math.max(1, Math.min(Math.floor(wanted), extent));
    while (extent % parts !== 0) parts--;
    return { axis, parts };
  });
  return cuts.reduce((best, cut) => (cut.parts > best.parts ? cut : best), { axis: 0, parts: 1 });
}

/** The same sums over a part of an axis each: the first axis of the result numbers the parts. */
function partialSums(kernel: Kernel, reduction: Reduction, axis: number, parts: number): Tensor {
  const { axes, over, stores } = kernel;
  const part = variable(0, parts);
  const shorter = over.map((extent, i) => (i === axis ? extent / parts : extent));
  const points = variables(axes, 1);
  const terms = variables(shorter, 1 + axes.length);
  terms[axis] = sum(times(part, shorter[axis]), terms[axis]);
  const moved = new Rewriting({ axis: (at) => [...points, ...terms][at] });
  const type = f32(parts, ...stores[0].tensor.type.shape);
  if (reduction.op !== 'product') return fold(type, shorter, reduction.op, () => moved.expr(reduction.expr));
  const [a, b] = [moved.expr(reduction.a), moved.expr(reduction.b)];
  const store = [part, ...moved.all(stores[0].index)];
  return contraction(type, { shape: [parts, ...axes], over: shorter, a, b, store });
}

/** What a kernel stores of its sum, in the variables of the result's axes: undefined where it needs others. */
function ofResult({ stores: [{ tensor, index, expr }] }: Kernel): Expr | undefined {
  const own = variables(tensor.type.shape);
  const known = new Map(index.map((at, axis): [number | undefined, Index] => [axisOf(at), own[axis]]));
  const named = axesIn([...subexpressions([expr])].flatMap(indicesOf));
  if (![...named].every((axis) => known.has(axis))) return undefined;
  return new Rewriting({ axis: (axis) => known.get(axis) ?? whole(0) }).expr(expr);
}

function addedUp(kernel: Kernel, { op }: Reduction, partial: Tensor, result: Expr): Kernel {
  const { tensor } = kernel.stores[0];
  const { shape } = tensor.type;
  const [parts] = partial.type.shape;
  const index = variables(shape);
  if (op === 'product' && parts <= MAX_TERMS) {
    const terms = Array.from({ length: parts }, (_, part) => load(partial, [whole(part), ...index]));
    const total = terms.reduce((sum, term) => binaryExpr('add', sum, term));
    const expr = new Rewriting({ accumulator: () => total }).expr(result);
    return { axes: shape, over: [], phases: [], stores: [{ tensor, index, expr }] };
  }
  const expr = load(partial, [variable(shape.length, parts), ...index]);
  const total: Reduction = { op: op === 'max' ? 'max' : 'sum', expr };
  return { axes: shape, over: [parts], phases: [[total]], stores: [{ tensor, index, expr: result }] };
}
