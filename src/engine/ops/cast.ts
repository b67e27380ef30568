import { onnxDataType } from '../ir/emitter.js';
import { defineOp } from '../ir/op.js';
import type { DType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { binaryExpr, load, number, unaryExpr } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';

const castOp = defineOp<{ dtype: DType }>({
  name: 'cast',
  type: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  gradient: () => [null],
  loops: ([x], { type }) =>
    map(type, (...at) => (type.dtype === 'f32' ? load(x, at) : unaryExpr('truncate', load(x, at)))),
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
  loops: ([x], { attributes: { low, high }, type }) =>
    map(type, (...at) => binaryExpr('min', binaryExpr('max', load(x, at), number(low)), number(high))),
  lower: (emit, [x], { attributes: { low, high } }) =>
    emit.node('Clip', [x, emit.float(low), emit.float(high)]),
});

/** Limits to low ... high, before a conversion to bytes; no gradient flows. */
export function clamp(x: Value, low: number, high: number): Value {
  return clampOp([x], { low, high });
}
