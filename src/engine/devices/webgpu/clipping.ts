import type { Expr } from '../../ir/loopForm.js';
import { f32 } from '../../ir/tensorType.js';
import { accumulator, binaryExpr, load, number, select, unaryExpr } from '../../loops/expressions.js';
import { sum, times, variables } from '../../loops/indices.js';
import { type Kernel, kernelOf } from '../../loops/kernel.js';
import { external, fold } from '../../loops/tensors.js';
import { CLIP_EPSILON } from '../../runtime/optimiser.js';

/** Sums of squares that one part of a gradient is added up in, so that they can be added at the same time. */
export const PARTIAL_SUMS = 256;

/** The squares of a gradient's elements in partial sums. @returns the kernel, and its tensors */
export function squaresKernel(length: number) {
  const gradient = external('gradient', f32(length));
  const terms = Math.ceil(length / PARTIAL_SUMS);
  const partials = fold(f32(PARTIAL_SUMS), [terms], 'sum', ([row], [term]) => {
    const at = sum(times(row, terms), term);
    const element = load(gradient, [at]);
    const square = binaryExpr('mul', element, element);
    return select([{ index: at, low: 0, high: length }], square, number(0));
  });
  return { kernel: kernelOf(partials), gradient, partials };
}

/**
 * What gradients are multiplied by, min(1, clipNorm / (‖g‖ + ε)), from the partial sums of all: as PyTorch's
 * clip_grad_norm_. There is a factor already, by which the gradients are g.
 */
export function factorKernel(partialSums: number, clipNorm: number) {
  const partials = external('partials', f32(partialSums));
  const factor = external('factor', f32());
  const before = load(factor, []);
  const norm: Expr = binaryExpr('mul', before, unaryExpr('sqrt', accumulator()));
  const shortened = binaryExpr('div', number(clipNorm), binaryExpr('add', norm, number(CLIP_EPSILON)));
  const [k] = variables([partialSums]);
  const kernel: Kernel = {
    axes: [],
    over: [partialSums],
    phases: [[{ op: 'sum', expr: load(partials, [k]) }]],
    stores: [
      { tensor: factor, index: [], expr: binaryExpr('mul', before, binaryExpr('min', number(1), shortened)) },
    ],
  };
  return { kernel, partials, factor };
}
