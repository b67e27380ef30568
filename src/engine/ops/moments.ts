import type { Expr, Index, Tensor } from '../ir/loopForm.js';
import type { TensorType } from '../ir/tensorType.js';
import { binaryExpr, load, loadStretched, number, unaryExpr } from '../loops/expressions.js';
import { fold, map } from '../loops/tensors.js';

/*
 * Sums and moments over axes as loops, which all ops that need them share: loops of equal parts are one.
 */

/** An expression of elements of a tensor of type `x`, summed over `axes`, which stay as extents of 1. */
export function sumOver(x: TensorType, axes: readonly number[], element: (at: Index[]) => Expr): Tensor {
  const type = { ...x, shape: x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)) };
  const over = axes.map((axis) => x.shape[axis]);
  return fold(type, over, 'sum', (at, summed) =>
    element(at.map((index, axis) => (axes.includes(axis) ? summed[axes.indexOf(axis)] : index))),
  );
}

/** The same divided by the number of elements that go into a sum. */
export function meanOver(x: TensorType, axes: readonly number[], element: (at: Index[]) => Expr): Tensor {
  const total = sumOver(x, axes, element);
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  return map(total.type, (...at) => binaryExpr('mul', load(total, at), number(1 / count)));
}

/** Mean and biased variance over `axes`, in two passes, so that a large mean costs no precision. */
export function meanAndVariance(x: Tensor, axes: readonly number[]): { mean: Tensor; variance: Tensor } {
  const mean = meanOver(x.type, axes, (at) => load(x, at));
  const variance = meanOver(x.type, axes, (at) => {
    const centred = binaryExpr('sub', load(x, at), loadStretched(mean, at));
    return binaryExpr('mul', centred, centred);
  });
  return { mean, variance };
}

/** 1 / √(variance + ε) */
export function inverseDeviationOver(variance: Tensor, epsilon: number): Tensor {
  return map(variance.type, (...at) =>
    unaryExpr('reciprocal', unaryExpr('sqrt', binaryExpr('add', load(variance, at), number(epsilon)))),
  );
}
