import { defineOp, type OpBuilder } from '../ir/op.js';
import { f32 } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { load } from '../loops/expressions.js';
import { div, sum, times } from '../loops/indices.js';
import { fold, map } from '../loops/tensors.js';

/** Every pixel becomes 2×2 of its kind. Linear: its gradient is the sum over these blocks. */
const upsampleOp: OpBuilder<object> = defineOp<object>({
  name: 'upsample',
  type: ([{ shape }]) => f32(shape[0], shape[1], 2 * shape[2], 2 * shape[3]),
  gradient: ({ dy }) => [upsampleGradient(dy)],
  loops: ([x], { type }) => map(type, (n, c, row, column) => load(x, [n, c, div(row, 2), div(column, 2)])),
  lower: (emit, [x]) =>
    emit.node('Resize', [x, '', emit.float([1, 1, 2, 2], [4])], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
});

const upsampleGradientOp: OpBuilder<object> = defineOp<object>({
  name: 'upsampleGradient',
  type: ([{ shape }]) => f32(shape[0], shape[1], shape[2] / 2, shape[3] / 2),
  gradient: ({ dy }) => [upsample(dy)],
  loops: ([dy], { type }) =>
    fold(type, [2, 2], 'sum', ([n, c, row, column], [below, right]) =>
      load(dy, [n, c, sum(times(row, 2), below), sum(times(column, 2), right)]),
    ),
  lower: (emit, [dy]) => {
    const means = emit.node('AveragePool', [dy], { kernel_shape: [2, 2], strides: [2, 2] });
    return emit.node('Mul', [means, emit.float(4)]);
  },
});

/** Twice the size, by repeating (PyTorch's Upsample(scale_factor=2)): f32[N, C, H, W] to f32[N, C, 2H, 2W]. */
export function upsample(x: Value): Value {
  return upsampleOp([x], {});
}

/** The adjoint of `upsample`, sums over blocks of 2×2: f32[N, C, 2H, 2W] to f32[N, C, H, W]. */
export function upsampleGradient(dy: Value): Value {
  return upsampleGradientOp([dy], {});
}
