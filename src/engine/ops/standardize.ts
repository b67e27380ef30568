import type { Emitter } from '../ir/emitter.js';
import { defineOp } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { formatType, sameShape } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { binaryExpr, load, loadStretched } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';
import { reducedType, reduceSum } from './broadcast.js';
import { mul, neg, scale, sub } from './elementwise.js';
import { inverseDeviationOver, meanAndVariance } from './moments.js';
import { reduceMean } from './reduce.js';

interface StandardizeAttributes {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/**
 * The core of every normalisation: y = γ r c + β with c = x - mean(x), r = 1 / √(var + ε), statistics over `axes`.
 * With n elements over the axes (Ioffe and Szegedy 2015, section 3), arranged for few passes over the maps:
 *
 *   β̄ = Σ ȳ
 *   γ̄ = r Σ ȳ c
 *   x̄ = γ r ȳ - γ r³ / n (Σ ȳ c) c - γ r / n Σ ȳ
 *   r by x:  -r³ c / n
 */
const standardizeOp = defineOp<StandardizeAttributes>({
  name: 'standardize',
  type: ([x, ...affine], { axes }) => {
    const reduced = reducedType('standardize', x, axes);
    for (const operand of affine) {
      if (!sameShape(operand.shape, reduced.shape)) {
        const facts = { x: formatType(x), 'scale or shift': formatType(operand) };
        throw new ShapeError('standardize: scale and shift have one value for each statistic', facts);
      }
    }
    return x;
  },
  gradient: ({ inputs: [x, scaling], dy, attributes: { axes, epsilon } }) => {
    const n = countOver(x, axes);
    const centred = sub(x, reduceMean(x, axes));
    const r = inverseDeviation(x, axes, epsilon);
    const factor = scaling === undefined ? r : mul(r, scaling);
    const total = reduceSum(dy, axes);
    const dot = reduceSum(mul(dy, centred), axes);
    const projection = mul(centred, mul(mul(dot, factor), scale(mul(r, r), 1 / n)));
    const dx = sub(sub(mul(dy, factor), projection), scale(mul(factor, total), 1 / n));
    return scaling === undefined ? [dx] : [dx, mul(dot, r), total];
  },
  loops: ([x, scaling, shift], { attributes: { axes, epsilon }, type }) => {
    const { mean, variance } = meanAndVariance(x, axes);
    const r = inverseDeviationOver(variance, epsilon);
    const factor =
      scaling === undefined ? r : map(r.type, (...at) => binaryExpr('mul', load(r, at), load(scaling, at)));
    return map(type, (...at) => {
      const centred = binaryExpr('sub', load(x, at), loadStretched(mean, at));
      const scaled = binaryExpr('mul', centred, loadStretched(factor, at));
      return shift === undefined ? scaled : binaryExpr('add', scaled, loadStretched(shift, at));
    });
  },
  lower: (emit, [x, scaling, shift], { attributes: { axes, epsilon } }) => {
    const { centred, variance } = lowerMoments(emit, x, axes);
    const r = lowerInverseDeviation(emit, variance, epsilon);
    if (scaling === undefined) return emit.node('Mul', [centred, r]);
    return emit.node('Add', [emit.node('Mul', [centred, emit.node('Mul', [r, scaling])]), shift]);
  },
});

function countOver(x: Value, axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * x.shape[axis], 1);
}

const inverseDeviationOp = defineOp<StandardizeAttributes>({
  name: 'inverseDeviation',
  type: ([x], { axes }) => reducedType('inverseDeviation', x, axes),
  gradient: ({ inputs: [x], output: r, dy, attributes: { axes } }) => {
    const cube = mul(mul(r, r), r);
    return [mul(sub(x, reduceMean(x, axes)), scale(neg(mul(dy, cube)), 1 / countOver(x, axes)))];
  },
  loops: ([x], { attributes: { axes, epsilon } }) =>
    inverseDeviationOver(meanAndVariance(x, axes).variance, epsilon),
  lower: (emit, [x], { attributes: { axes, epsilon } }) =>
    lowerInverseDeviation(emit, lowerMoments(emit, x, axes).variance, epsilon),
});

const varianceOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'variance',
  type: ([x], { axes }) => reducedType('variance', x, axes),
  gradient: ({ inputs: [x], dy, attributes: { axes } }) => {
    return [mul(sub(x, reduceMean(x, axes)), scale(dy, 2 / countOver(x, axes)))];
  },
  loops: ([x], { attributes: { axes } }) => meanAndVariance(x, axes).variance,
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

/**
 * (x - mean) / √(var + epsilon), mean and biased variance over `axes`; with an affine map, that times its scale plus
 * its shift, both of the statistics' shape (extents of 1 over `axes`).
 */
export function standardize(
  x: Value,
  axes: readonly number[],
  epsilon: number,
  affine?: { readonly scale: Value; readonly shift: Value },
): Value {
  const operands = affine === undefined ? [x] : [x, affine.scale, affine.shift];
  return standardizeOp(operands, { axes, epsilon });
}

/** 1 / √(var + epsilon), the biased variance over `axes`, which stay as extents of 1. */
export function inverseDeviation(x: Value, axes: readonly number[], epsilon: number): Value {
  return inverseDeviationOp([x], { axes, epsilon });
}

/** The biased variance over `axes`, which stay as extents of 1. */
export function variance(x: Value, axes: readonly number[]): Value {
  return varianceOp([x], { axes });
}
