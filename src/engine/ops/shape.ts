import type { Index } from '../ir/loopForm.js';
import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { elementCount, formatType, type Shape, sameShape } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { load, loadOrZero, number, select } from '../loops/expressions.js';
import { flatten, sum, unflatten } from '../loops/indices.js';
import { map } from '../loops/tensors.js';

const reshapeOp = defineOp<{ shape: Shape }>({
  name: 'reshape',
  type: ([x], { shape }) => {
    if (elementCount(x.shape) !== elementCount(shape)) {
      throw new ShapeError('reshape: the element counts differ', { x: formatType(x), to: shape.join('×') });
    }
    return { dtype: x.dtype, shape };
  },
  gradient: ({ inputs: [x], dy }) => [reshape(dy, x.shape)],
  loops: ([x], { type }) => map(type, (...at) => load(x, unflatten(flatten(at, type.shape), x.type.shape))),
  isView: true,
  lower: (emit, [x], { attributes }) => emit.reshape(x, attributes.shape),
});

/** The same elements in row-major order under another shape. */
export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : reshapeOp([x], { shape });
}

const transposeOp = defineOp<{ order: readonly number[] }>({
  name: 'transpose',
  type: ([x], { order }) => {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
      throw new ShapeError(`transpose: [${order.join(',')}] is not an order of the axes`, {
        x: formatType(x),
      });
    }
    return { dtype: x.dtype, shape: order.map((axis) => x.shape[axis]) };
  },
  gradient: ({ dy, attributes: { order } }) => [
    transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  loops: ([x], { attributes: { order }, type }) =>
    map(type, (...at) =>
      load(
        x,
        order.map((_, axis) => at[order.indexOf(axis)]),
      ),
    ),
  lower: (emit, [x], { attributes }) => emit.node('Transpose', [x], { perm: attributes.order }),
});

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  return transposeOp([x], { order });
}

/** An index moved along one axis. */
function moved(at: readonly Index[], axis: number, by: number): Index[] {
  return at.map((index, i) => (i === axis ? sum(index, by) : index));
}

const sliceOp = defineOp<{ axis: number; start: number; end: number }>({
  name: 'slice',
  type: ([x], { axis, start, end }) => {
    if (start < 0 || end > x.shape[axis] || start >= end) {
      throw new ShapeError(`slice: ${start} to ${end} is not a range of axis ${axis}`, { x: formatType(x) });
    }
    return { dtype: x.dtype, shape: x.shape.map((extent, i) => (i === axis ? end - start : extent)) };
  },
  gradient: ({ inputs: [x], dy, attributes: { axis, start, end } }) => [
    pad(dy, axis, start, x.shape[axis] - end),
  ],
  loops: ([x], { attributes: { axis, start }, type }) =>
    map(type, (...at) => load(x, moved(at, axis, start))),
  lower: (emit, [x], { attributes: { axis, start, end } }) =>
    emit.node('Slice', [x, emit.ints([start]), emit.ints([end]), emit.ints([axis])]),
});

/** Elements `start` to `end` (exclusive) of one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  return start === 0 && end === x.shape[axis] ? x : sliceOp([x], { axis, start, end });
}

const padOp = defineOp<{ axis: number; before: number; after: number }>({
  name: 'pad',
  type: ([x], { axis, before, after }) => ({
    dtype: x.dtype,
    shape: x.shape.map((extent, i) => (i === axis ? before + extent + after : extent)),
  }),
  gradient: ({ inputs: [x], dy, attributes: { axis, before } }) => [
    slice(dy, axis, before, before + x.shape[axis]),
  ],
  loops: ([x], { attributes: { axis, before }, type }) =>
    map(type, (...at) => loadOrZero(x, moved(at, axis, -before))),
  lower: (emit, [x], { attributes: { axis, before, after } }) =>
    emit.node('Pad', [x, emit.ints([before, after]), emit.float(0), emit.ints([axis])]),
});

/** Zeros before and after along one axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  return before === 0 && after === 0 ? x : padOp([x], { axis, before, after });
}

const concatOp = defineOp<{ axis: number }>({
  name: 'concat',
  type: ([first, ...rest], { axis }) => {
    for (const other of rest) {
      const fits = first.shape.every((extent, i) => i === axis || extent === other.shape[i]);
      if (!fits || other.shape.length !== first.shape.length) {
        throw new ShapeError(`concat: shapes differ beside axis ${axis}`, {
          first: formatType(first),
          other: formatType(other),
        });
      }
    }
    const total = rest.reduce((extent, { shape }) => extent + shape[axis], first.shape[axis]);
    return { dtype: first.dtype, shape: first.shape.map((extent, i) => (i === axis ? total : extent)) };
  },
  gradient: ({ inputs, dy, attributes: { axis }, wanted }) => {
    let start = 0;
    return inputs.map((input, i) => {
      const end = start + input.shape[axis];
      const part = wanted[i] ? slice(dy, axis, start, end) : null;
      start = end;
      return part;
    });
  },
  loops: (parts, { attributes: { axis }, type }) =>
    map(type, (...at) => {
      let end = type.shape[axis];
      return parts.reduceRight((later, part) => {
        const [low, high] = [end - part.type.shape[axis], end];
        end = low;
        return select([{ index: at[axis], low, high }], load(part, moved(at, axis, -low)), later);
      }, number(0));
    }),
  lower: (emit, inputs, { attributes }) => emit.node('Concat', inputs, { axis: attributes.axis }),
});

/** Joins along one axis; the other extents must agree. */
export function concat(values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0] : concatOp(values, { axis });
}

const detachOp = defineOp<object>({
  name: 'detach',
  type: ([x]) => x,
  gradient: () => [null],
  loops: ([x], { type }) => map(type, (...at) => load(x, at)),
  isView: true,
  lower: (_, [x]) => x,
});

/** The same value, through which no gradient flows. */
export function detach(x: Value): Value {
  return detachOp([x], {});
}
