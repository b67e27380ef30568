import { grad } from '../src/engine/autodiff/grad.js';
import type { DType } from '../src/engine/ir/tensorType.js';
import type { Value } from '../src/engine/ir/value.js';
import { leakyRelu, relu } from '../src/engine/ops/activation.js';
import { broadcastTo, reduceSum } from '../src/engine/ops/broadcast.js';
import { cast, clamp } from '../src/engine/ops/cast.js';
import { conv2d, convTranspose2d } from '../src/engine/ops/conv.js';
import { depthwiseConv2d } from '../src/engine/ops/depthwise.js';
import * as elementwise from '../src/engine/ops/elementwise.js';
import { logSoftmax } from '../src/engine/ops/logSoftmax.js';
import { matmul } from '../src/engine/ops/matmul.js';
import { mean, reduceMean, sum } from '../src/engine/ops/reduce.js';
import { reflectionPad, reflectionPadGradient } from '../src/engine/ops/reflectionPad.js';
import { concat, detach, pad, reshape, slice, transpose } from '../src/engine/ops/shape.js';
import { inverseDeviation, standardize, variance } from '../src/engine/ops/standardize.js';
import { translatePixels } from '../src/engine/ops/translatePixels.js';
import { upsample, upsampleGradient } from '../src/engine/ops/upsample.js';
import { diffAugment } from '../src/models/layers/diffAugment.js';
import { crossEntropy, ganLoss, l1Loss } from '../src/models/layers/losses.js';
import type { DiffAugmentation } from '../src/options/diffaug.js';

/** The attributes of the cases in ops.safetensors; each op has its own among them. */
export interface CaseAttributes {
  readonly stride: number;
  readonly padding: number;
  readonly outputPadding: number;
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  readonly epsilon: number;
  readonly shape: readonly number[];
  readonly order: readonly number[];
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly before: number;
  readonly after: number;
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly target: number;
  readonly norm: 'none' | 'instance' | 'batch';
  readonly first: readonly [stride: number, padding: number];
  readonly second: readonly [stride: number, padding: number];
  readonly dtype: DType;
  readonly policy: DiffAugmentation;
}

export type BuildOp = (inputs: readonly Value[], attributes: CaseAttributes) => Value | readonly Value[];

const unary =
  (op: (x: Value) => Value): BuildOp =>
  ([x]) =>
    op(x);
const binary =
  (op: (a: Value, b: Value) => Value): BuildOp =>
  ([a, b]) =>
    op(a, b);

/** PyTorch's `keepdim=False`. */
function withoutAxes(x: Value, { axes, keepdims }: CaseAttributes): Value {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  return keepdims ? x : reshape(x, shape);
}

/** Every op of src/engine/ops by its name, called as the cases in ops.safetensors describe it. */
export const opBuilders: Readonly<Record<string, BuildOp>> = {
  add: binary(elementwise.add),
  sub: binary(elementwise.sub),
  mul: binary(elementwise.mul),
  div: binary(elementwise.div),
  neg: unary(elementwise.neg),
  abs: unary(elementwise.abs),
  sign: unary(elementwise.sign),
  floor: unary(elementwise.floor),
  sqrt: unary(elementwise.sqrt),
  exp: unary(elementwise.exp),
  log: unary(elementwise.log),
  reciprocal: unary(elementwise.reciprocal),
  square: unary(elementwise.square),
  tanh: unary(elementwise.tanh),
  sigmoid: unary(elementwise.sigmoid),
  softplus: unary(elementwise.softplus),
  relu: unary(relu),
  leakyRelu: ([x], { slope }) => leakyRelu(x, slope),
  clamp: ([x], { low, high }) => clamp(x, low, high),
  cast: ([x], { dtype }) => cast(x, dtype),
  detach: unary(detach),
  broadcast: ([x], { shape }) => broadcastTo(x, shape),
  reduceSum: ([x], attributes) => withoutAxes(reduceSum(x, attributes.axes), attributes),
  reduceMean: ([x], attributes) => withoutAxes(reduceMean(x, attributes.axes), attributes),
  reshape: ([x], { shape }) => reshape(x, shape),
  transpose: ([x], { order }) => transpose(x, order),
  slice: ([x], { axis, start, end }) => slice(x, axis, start, end),
  pad: ([x], { axis, before, after }) => pad(x, axis, before, after),
  concat: (xs, { axis }) => concat(xs, axis),
  matmul: ([a, b], { transposeA, transposeB }) => matmul(a, b, transposeA, transposeB),
  conv2d: ([x, weight, bias], { stride, padding }) => conv2d(x, weight, bias, { stride, padding }),
  convTranspose2d: ([y, weight, bias], { stride, padding, outputPadding }) =>
    convTranspose2d(y, weight, bias, { stride, padding, outputPadding }),
  depthwiseConv2d: ([x, weight], { stride, padding }) => depthwiseConv2d(x, weight, { stride, padding }),
  depthwiseTwice,
  standardize: ([x], { axes, epsilon }) => standardize(x, axes, epsilon),
  inverseDeviation: ([x], { axes, epsilon }) => inverseDeviation(x, axes, epsilon),
  variance: ([x], { axes }) => variance(x, axes),
  reflectionPad: ([x], { padding }) => reflectionPad(x, padding),
  reflectionPadGradient: ([dy], { padding }) => reflectionPadGradient(dy, padding),
  upsample: unary(upsample),
  upsampleGradient: unary(upsampleGradient),
  translatePixels: ([x, rows, columns]) => translatePixels(x, rows, columns),
  diffAugment: ([x, ...numbers], { policy, first: from }) =>
    diffAugment(x, policy, numbers, from as unknown as number),
  gradientPenalty,
  logSoftmax: unary(logSoftmax),
  crossEntropy: binary(crossEntropy),
  l1Loss: binary(l1Loss),
  bceWithLogitsLoss: ([x], { target }) => ganLoss('vanilla', x, target === 1),
};

/** A function of both gradients of a depthwise convolution, whose own gradients go through their rules. */
function depthwiseTwice([x, weight]: readonly Value[], { stride, padding }: CaseAttributes): Value {
  const y = depthwiseConv2d(x, weight, { stride, padding });
  const [dx, dw] = grad(sum(elementwise.mul(y, elementwise.square(y))), [x, weight]);
  return elementwise.add(sum(elementwise.square(dx)), sum(elementwise.square(dw)));
}

/**
 * The penalty of WGAN-GP (Gulrajani et al. 2017, equation 3) and the gradient that it is about, for the network of
 * the fixture: convolution, norm, leaky ReLU, convolution.
 */
function gradientPenalty([x, w1, b1, w2, b2]: readonly Value[], attributes: CaseAttributes): Value[] {
  const { slope, norm, epsilon, first, second } = attributes;
  const axes = norm === 'batch' ? [0, 2, 3] : [2, 3];
  const geometry = ([stride, padding]: readonly [number, number]) => ({ stride, padding });
  const hidden = conv2d(x, w1, b1, geometry(first));
  const normed = norm === 'none' ? hidden : standardize(hidden, axes, epsilon);
  const score = sum(conv2d(leakyRelu(normed, slope), w2, b2, geometry(second)));
  const [gradient] = grad(score, [x]);
  const norms = elementwise.sqrt(reduceSum(elementwise.square(gradient), [1, 2, 3]));
  return [mean(elementwise.square(elementwise.shift(norms, -1))), gradient];
}
