import { defineOp } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { load } from '../loops/expressions.js';
import { broadcastTo, reducedType, reduceSum } from './broadcast.js';
import { scale } from './elementwise.js';
import { meanOver } from './moments.js';
import { reshape } from './shape.js';

const reduceMeanOp = defineOp<{ axes: readonly number[] }>({
  name: 'reduceMean',
  type: ([x], { axes }) => reducedType('reduceMean', x, axes),
  gradient: ({ inputs: [x], dy, attributes: { axes } }) => {
    const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
    return [broadcastTo(scale(dy, 1 / count), x.shape)];
  },
  loops: ([x], { attributes: { axes } }) => meanOver(x.type, axes, (at) => load(x, at)),
  lower: (emit, [x], { attributes }) =>
    emit.node('ReduceMean', [x, emit.ints(attributes.axes)], { keepdims: 1 }),
});

/** Means over `axes`, which stay as extents of 1. */
export function reduceMean(x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : reduceMeanOp([x], { axes });
}

const allAxes = (x: Value) => x.shape.map((_, axis) => axis);

/** Sum of all elements, a scalar. */
export function sum(x: Value): Value {
  return reshape(reduceSum(x, allAxes(x)), []);
}

/** Mean of all elements, a scalar. */
export function mean(x: Value): Value {
  return reshape(reduceMean(x, allAxes(x)), []);
}
