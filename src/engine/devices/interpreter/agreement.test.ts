/** Ops at random shapes: the interpreter's results from their loops against ONNX Runtime's from their ONNX lowering. */
import { test } from 'node:test';
import fc from 'fast-check';
import { broadcastable, seeds, shapeAndAxes, shapeAndAxis } from '../../../../test/arbitraries.js';
import { assertClose } from '../../../../test/assertClose.js';
import { type Operand, operand } from '../../../../test/checkOp.js';
import { interpreted } from '../../../../test/interpret.js';
import { runProgram } from '../../../../test/runProgram.js';
import { grad } from '../../autodiff/grad.js';
import { Trace } from '../../ir/trace.js';
import type { Value } from '../../ir/value.js';
import { broadcastTo, reduceSum } from '../../ops/broadcast.js';
import { cast, clamp } from '../../ops/cast.js';
import { conv2d, convTranspose2d } from '../../ops/conv.js';
import { depthwiseConv2d } from '../../ops/depthwise.js';
import { add, div, mul, scale, square } from '../../ops/elementwise.js';
import { matmul } from '../../ops/matmul.js';
import { reduceMean, sum } from '../../ops/reduce.js';
import { reflectionPad } from '../../ops/reflectionPad.js';
import { concat, detach, pad, reshape, slice, transpose } from '../../ops/shape.js';
import { inverseDeviation, standardize, variance } from '../../ops/standardize.js';
import { translatePixels } from '../../ops/translatePixels.js';
import { upsample } from '../../ops/upsample.js';

type Build = (inputs: readonly Value[]) => Value;

/**
 * Compares a function of these operands, and its gradients by `wrt` (default: by all), where the loss is the sum of
 * squares, so that gradients depend on the result.
 */
async function assertAgreement(build: Build, operands: readonly Operand[], wrt?: readonly number[]) {
  const trace = new Trace(true);
  const inputs = operands.map(({ shape }, i) => trace.input(`x${i}`, { dtype: 'f32', shape }));
  const y = build(inputs);
  const by = wrt ?? operands.map((_, i) => i);
  const gradients = grad(
    scale(sum(square(y)), 0.5),
    by.map((i) => inputs[i]),
  );
  const named = gradients.map((gradient, i): [string, Value] => [`by ${by[i]}`, detach(gradient)]);
  const program = trace.program({ y: detach(y), ...Object.fromEntries(named) });
  const tensors = Object.fromEntries(operands.map(({ data }, i) => [`x${i}`, data]));
  const found = interpreted(program)(tensors);
  const expected = await runProgram(program, tensors);
  for (const name of program.outputs.keys()) {
    assertClose(expected[name], found[name], name, { relative: 1e-5, absolute: 1e-6 });
  }
}

const property = <T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  check: (drawn: T) => Promise<void>,
  runs = 12,
) => test(name, () => fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: runs, seed: 16 }));

const small = (max: number, min = 1) => fc.integer({ min, max });
const geometries = fc.record({
  batch: small(2),
  inputs: small(4),
  outputs: small(4),
  kernel: fc.tuple(small(5), small(4)),
  stride: small(3),
  padding: small(3, 0),
  height: small(9),
  width: small(7),
  extra: fc.nat(2),
  bias: fc.boolean(),
  seed: seeds,
});

property(
  'conv2d and its gradients, at any kernel, stride and padding',
  geometries.filter(({ height, width, padding, kernel: [kh, kw] }) => {
    return height + 2 * padding >= kh && width + 2 * padding >= kw;
  }),
  ({ batch, inputs, outputs, kernel, stride, padding, height, width, bias, seed }) =>
    assertAgreement(
      ([x, weight, b]) => conv2d(x, weight, b, { stride, padding }),
      [
        operand([batch, inputs, height, width], seed),
        operand([outputs, inputs, ...kernel], seed + 1),
        ...(bias ? [operand([outputs], seed + 2)] : []),
      ],
    ),
  40,
);

property(
  'convTranspose2d and its gradients, by phases of any stride',
  geometries.filter(({ height, width, padding, stride, kernel: [kh, kw] }) => {
    const leaves = (extent: number, k: number) => (extent - 1) * stride - 2 * padding + k >= 1;
    return leaves(height, kh) && leaves(width, kw);
  }),
  ({ batch, inputs, outputs, kernel, stride, padding, height, width, extra, bias, seed }) =>
    assertAgreement(
      ([y, weight, b]) => convTranspose2d(y, weight, b, { stride, padding, outputPadding: extra % stride }),
      [
        operand([batch, inputs, height, width], seed),
        operand([inputs, outputs, ...kernel], seed + 1),
        ...(bias ? [operand([outputs], seed + 2)] : []),
      ],
    ),
  40,
);

property(
  'depthwise convolution and its gradients',
  geometries.filter(({ height, width, padding, kernel: [kh, kw] }) => {
    return height + 2 * padding >= kh && width + 2 * padding >= kw;
  }),
  ({ batch, inputs, kernel, stride, padding, height, width, seed }) =>
    assertAgreement(
      ([x, weight]) => depthwiseConv2d(x, weight, { stride, padding }),
      [operand([batch, inputs, height, width], seed), operand([inputs, 1, ...kernel], seed + 1)],
    ),
  20,
);

const flags = fc.tuple(fc.boolean(), fc.boolean());
property(
  'matrix products, either side transposed',
  fc.tuple(small(5), small(5), small(5), flags, seeds),
  ([m, n, k, [a, b], seed]) =>
    assertAgreement(
      ([left, right]) => matmul(left, right, a, b),
      [operand(a ? [k, m] : [m, k], seed), operand(b ? [n, k] : [k, n], seed + 1)],
    ),
);

property('arithmetic of shapes that broadcast', fc.tuple(broadcastable, seeds), ([[left, right], seed]) =>
  assertAgreement(
    ([a, b]) => add(mul(a, b), div(a, b)),
    [operand(left, seed), operand(right, seed + 1, 'positive')],
  ),
);

property('sums, means and moments', fc.tuple(shapeAndAxes, seeds), ([[shape, axes], seed]) =>
  assertAgreement(
    ([x]) => {
      const parts = [
        reduceSum(x, axes),
        reduceMean(x, axes),
        variance(x, axes),
        inverseDeviation(x, axes, 0.5),
        standardize(x, axes, 0.5),
      ];
      return parts.map((part) => broadcastTo(part, x.shape)).reduce(add);
    },
    [operand(shape, seed)],
  ),
);

property(
  'slices, zeros around, joins and exchanged axes',
  fc.tuple(shapeAndAxis, fc.tuple(fc.nat(3), fc.nat(3)), seeds),
  ([[shape, axis], [before, after], seed]) =>
    assertAgreement(
      ([a, b]) => {
        const joined = concat([a, pad(b, axis, before, after), a], axis);
        const order = joined.shape.map((_, i, { length }) => (i + axis) % length);
        const turned = transpose(joined, order);
        const flat = reshape(turned, [turned.shape.reduce((x, y) => x * y, 1)]);
        return slice(flat, 0, Math.min(before, flat.shape[0] - 1), flat.shape[0]);
      },
      [operand(shape, seed), operand(shape, seed + 1)],
    ),
);

property(
  'mirrored margins, doubled pixels and moved images',
  fc.record({
    n: small(2),
    height: small(6, 2),
    width: small(6, 2),
    by: fc.tuple(fc.nat(5), fc.nat(8)),
    seed: seeds,
  }),
  ({ n, height, width, by: [padding, distance], seed }) =>
    assertAgreement(
      ([x, rows, columns]) => {
        const mirrored = reflectionPad(x, padding % Math.min(height, width));
        return translatePixels(upsample(mirrored), rows, columns);
      },
      [
        operand([n, 2, height, width], seed),
        ...[distance, 3 - distance].map((by) => ({
          shape: [n, 1, 1, 1],
          data: new Float32Array(n).map((_, i) => (i === 0 ? by : -by)),
        })),
      ],
      [0],
    ),
);

property('floats as bytes and back', fc.tuple(small(9), seeds), ([length, seed]) =>
  assertAgreement(
    ([x]) => add(cast(cast(clamp(scale(x, 100), 0, 255), 'u8'), 'f32'), x),
    [operand([length], seed)],
  ),
);
