import { defineOp, type OpBuilder } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { formatType, type Shape, sameShape, type TensorType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { load, loadStretched } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';
import { sumOver } from './moments.js';
import { reshape } from './shape.js';

/** The shape that both operands stretch to, aligned at the last axis (NumPy's rule). Throws ShapeError. */
export function broadcastShapes(name: string, a: TensorType, b: TensorType): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  const extent = (shape: Shape, axis: number) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [extent(a.shape, axis), extent(b.shape, axis)];
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(`${name}: shapes do not broadcast at axis ${axis}`, {
        left: formatType(a),
        right: formatType(b),
      });
    }
    return m === 1 ? n : m;
  });
}

const broadcastOp: OpBuilder<{ shape: Shape }> = defineOp<{ shape: Shape }>({
  name: 'broadcast',
  type: ([x], { shape }) => {
    const stretched = broadcastShapes('broadcast', x, { dtype: x.dtype, shape });
    if (!sameShape(stretched, shape)) {
      throw new ShapeError('broadcast: the target is smaller than the input', {
        input: formatType(x),
        target: shape.join('×'),
      });
    }
    return { dtype: x.dtype, shape };
  },
  gradient: ({ inputs: [x], dy }) => [sumTo(dy, x.shape)],
  loops: ([x], { type }) => map(type, (...at) => loadStretched(x, at)),
  lower: (emit, [x], { attributes }) => emit.node('Expand', [x, emit.ints(attributes.shape)]),
});

/** Summing is the adjoint of stretching, and the reverse. */
const reduceSumOp = defineOp<{ axes: readonly number[] }>({
  name: 'reduceSum',
  type: ([x], { axes }) => reducedType('reduceSum', x, axes),
  gradient: ({ inputs: [x], dy }) => [broadcastTo(dy, x.shape)],
  loops: ([x], { attributes: { axes } }) => sumOver(x.type, axes, (at) => load(x, at)),
  lower: (emit, [x], { attributes }) =>
    emit.node('ReduceSum', [x, emit.ints(attributes.axes)], { keepdims: 1 }),
});

/** The type left by a reduction over `axes`, which stay as extents of 1. Throws ShapeError. */
export function reducedType(name: string, x: TensorType, axes: readonly number[]): TensorType {
  const outside = axes.find((axis) => axis < 0 || axis >= x.shape.length);
  if (outside !== undefined)
    throw new ShapeError(`${name}: there is no axis ${outside}`, { x: formatType(x) });
  return { dtype: x.dtype, shape: x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)) };
}

/** Sums over `axes`, which stay as extents of 1. */
export function reduceSum(x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : reduceSumOp([x], { axes });
}

/** Stretches extents of 1 (and missing leading axes) to `shape`. */
export function broadcastTo(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : broadcastOp([x], { shape });
}

/** The adjoint of broadcasting: sums over the axes that stretching `shape` to `x` would have repeated. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const missing = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(x, axes), shape);
}

/** The operand of a broadcast, any other value itself: element-wise ops broadcast without a copy. */
export function beforeBroadcast(x: Value): Value {
  const { source } = x;
  return source.kind === 'op' && source.op.name === 'broadcast' ? source.inputs[0] : x;
}
