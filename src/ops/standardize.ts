import type { Emitter } from '../ir/emitter.js';
import { defineOp } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { reducedType } from './broadcast.js';
import { mul, neg, scale, sub } from './elementwise.js';
import { reduceMean } from './reduce.js';

interface StandardizeAttributes {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/**
 * The core of every normalisation: y = (x - mean) r with r = 1 / √(var + ε), statistics over `axes`.
 * With n elements over the axes (Ioffe and Szegedy 2015, section 3):
 *
 *   x̄ = r (ȳ - mean(ȳ) - y mean(ȳ y))
 *   r by x:  -r² y / n
 */
const standardizeOp = defineOp<StandardizeAttributes>({
  name: 'standardize',
  type: ([x], { axes }) => {
    reducedType('standardize', x, axes);
    return x;
  },
  gradient: ({ inputs: [x], output: y, dy, attributes: { axes, epsilon } }) => {
    const centred = sub(dy, reduceMean(dy, axes));
    const projection = mul(y, reduceMean(mul(dy, y), axes));
    return [mul(sub(centred, projection), inverseDeviation(x, axes, epsilon))];
  },
  lower: (emit, [x], { attributes: { axes, epsilon } }) => {
    const { centred, variance } = lowerMoments(emit, x, axes);
    return emit.node('Mul', [centred, lowerInverseDeviation(emit, variance, epsilon)]);
  },
});

const inverseDeviationOp = defineOp<StandardizeAttributes>({
  name: 'inverseDeviation',
  type: ([x], { axes }) => reducedType('inverseDeviation', x, axes),
  gradient: ({ inputs: [x], output: r, dy, attributes: { axes, epsilon } }) => {
    const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
    const y = standardizeOp([x], { axes, epsilon });
    return [mul(y, scale(neg(mul(dy, mul(r, r))), 1 / count))];
  },
  lower: (emit, [x], { attributes: { axes, epsilon } }) =>
    lowerInverseDeviation(emit, lowerMoments(emit, x, axes).variance, epsilon),
});

const varianceOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'variance',
  type: ([x], { axes }) => reducedType('variance', x, axes),
  gradient: ({ inputs: [x], dy, attributes: { axes } }) => {
    const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
    return [mul(sub(x, reduceMean(x, axes)), scale(dy, 2 / count))];
  },
  lower: (emit, [x], { attributes: { axes } }) => lowerMoments(emit, x, axes).variance,
});

/** Two passes, so that a large mean costs no precision. The ops above share these nodes. */
function lowerMoments(emit: Emitter, x: string, axes: readonly number[]) {
  const mean = emit.node('ReduceMean', [x, emit.ints(axes)], { keepdims: 1 });
  const centred = emit.node('Sub', [x, mean]);
  const squares = emit.node('Mul', [centred, centred]);
  const variance = emit.node('ReduceMean', [squares, emit.ints(axes)], { keepdims: 1 });
  return { centred, variance };
}

function lowerInverseDeviation(emit: Emitter, variance: string, epsilon: number): string {
  const stabilised = emit.node('Add', [variance, emit.float(epsilon)]);
  return emit.node('Reciprocal', [emit.node('Sqrt', [stabilised])]);
}

/** (x - mean) / √(var + epsilon), mean and biased variance over `axes`. */
export function standardize(x: Value, axes: readonly number[], epsilon: number): Value {
  return standardizeOp([x], { axes, epsilon });
}

/** 1 / √(var + epsilon), the biased variance over `axes`, which stay as extents of 1. */
export function inverseDeviation(x: Value, axes: readonly number[], epsilon: number): Value {
  return inverseDeviationOp([x], { axes, epsilon });
}

/** The biased variance over `axes`, which stay as extents of 1. */
export function variance(x: Value, axes: readonly number[]): Value {
  return varianceOp([x], { axes });
}
