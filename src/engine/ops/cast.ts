import { onnxDataType } from '../ir/emitter.js';
import { defineOp } from '../ir/op.js';
import type { DType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';

const castOp = defineOp<{ dtype: DType }>({
  name: 'cast',
  type: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  gradient: () => [null],
  lower: (emit, [x], { attributes }) => emit.node('Cast', [x], { to: onnxDataType[attributes.dtype] }),
});

/** Converts elements; a float becomes an integer by truncation. No gradient flows. */
export function cast(x: Value, dtype: DType): Value {
  return x.type.dtype === dtype ? x : castOp([x], { dtype });
}

const clampOp = defineOp<{ low: number; high: number }>({
  name: 'clamp',
  type: ([x]) => x,
  gradient: () => [null],
  lower: (emit, [x], { attributes: { low, high } }) =>
    emit.node('Clip', [x, emit.float(low), emit.float(high)]),
});

/** Limits to low ... high, before a conversion to bytes; no gradient flows. */
export function clamp(x: Value, low: number, high: number): Value {
  return clampOp([x], { low, high });
}
