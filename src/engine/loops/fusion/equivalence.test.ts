/** Programs drawn at random compute the same with their kernels fused, however many tensors a device binds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../../test/arbitraries.js';
import { operand } from '../../../../test/checkOp.js';
import { interpreted } from '../../../../test/interpret.js';
import { grad } from '../../autodiff/grad.js';
import { f32, sameShape } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import type { Value } from '../../ir/value.js';
import { leakyRelu, relu } from '../../ops/activation.js';
import { conv2d, convTranspose2d } from '../../ops/conv.js';
import { add, exp, mul, scale, sigmoid, square, sub, tanh } from '../../ops/elementwise.js';
import { mean, reduceMean, sum } from '../../ops/reduce.js';
import { reflectionPad } from '../../ops/reflectionPad.js';
import { concat, detach, pad, reshape, slice, transpose } from '../../ops/shape.js';
import { standardize } from '../../ops/standardize.js';
import { upsample } from '../../ops/upsample.js';
import { scheduleOf } from '../schedule.js';
import type { FusionOptions } from './fuse.js';

const [BATCH, CHANNELS, SIDE] = [2, 3, 4];

/** What a program is made with: its inputs, and the values that it has so far, all of one rank. */
interface Drawing {
  readonly x: Value;
  readonly weight: Value;
  readonly vector: Value;
}

/** Steps from a value to another with as many channels. The other one is any value before it. */
const STEPS: readonly ((value: Value, other: Value, drawn: Drawing) => Value)[] = [
  (y) => relu(y),
  (y) => leakyRelu(y, 0.2),
  (y) => tanh(y),
  (y) => sigmoid(scale(y, 0.5)),
  (y) => exp(scale(square(tanh(y)), -1)),
  (y, _, { vector }) => mul(y, vector),
  (y, _, { vector }) => add(y, vector),
  (y) => standardize(y, [0, 2, 3], 0.1),
  (y) => standardize(y, [2, 3], 0.1),
  (y, _, { vector }) => standardize(y, [0, 2, 3], 0.1, { scale: vector, shift: scale(vector, 0.5) }),
  (y) => sub(y, reduceMean(y, [2, 3])),
  (y) => add(standardize(y, [2, 3], 0.1), reduceMean(tanh(y), [2, 3])),
  (y) => mul(standardize(y, [0, 2, 3], 0.1), reduceMean(y, [2, 3])),
  (y) => mul(y, mean(square(y))),
  (y, _, { weight }) => conv2d(y, weight, undefined, { stride: 1, padding: 1 }),
  (y, _, { weight }) => conv2d(y, weight, undefined, { stride: 2, padding: 1 }),
  (y, _, { weight }) => convTranspose2d(y, weight, undefined, { stride: 2, padding: 1, outputPadding: 1 }),
  (y, _, { weight }) => convTranspose2d(y, weight, undefined, { stride: 2, padding: 1 }),
  (y) => upsample(y),
  (y) => reflectionPad(y, 1),
  (y) => pad(y, 2, 1, 0),
  (y) => transpose(y, [0, 1, 3, 2]),
  (y) => (y.shape[2] === y.shape[3] ? mul(y, transpose(y, [0, 1, 3, 2])) : y),
  (y) => slice(y, 3, 0, Math.max(1, y.shape[3] - 1)),
  (y) => reshape(reshape(y, [y.shape[0] * y.shape[1], y.shape[2] * y.shape[3]]), y.shape),
  (y, other) => (sameShape(y.shape, other.shape) ? mul(y, other) : y),
  (y, other) => (sameShape(y.shape, other.shape) ? add(y, other) : y),
  (y, other) => (sameShape(y.shape, other.shape) ? slice(concat([other, y], 1), 1, 1, 1 + CHANNELS) : y),
];

const steps = fc.array(fc.record({ step: fc.nat(STEPS.length - 1), from: fc.nat(3), other: fc.nat(6) }), {
  minLength: 2,
  maxLength: 9,
});
const programs = fc.record({
  ...{
    steps,
    seed: seeds,
    maxTensors: fc.integer({ min: 3, max: 20 }),
    parts: fc.integer({ min: 1, max: 20 }),
  },
  outputs: fc.array(fc.nat(9), { maxLength: 2 }),
});

/** No larger than that images become in a few steps. */
const isSmall = ({ shape }: Value) => Math.max(shape[2], shape[3]) <= 12 && Math.min(shape[2], shape[3]) >= 2;

/** A program of these steps, each of a value that was made not long before, with a loss and its gradients. */
function build({
  steps,
  outputs,
}: {
  steps: readonly { step: number; from: number; other: number }[];
  outputs: readonly number[];
}) {
  const trace = new Trace(true);
  const x = trace.input('x', f32(BATCH, CHANNELS, SIDE, SIDE));
  const weight = trace.input('weight', f32(CHANNELS, CHANNELS, 3, 3));
  const vector = trace.input('vector', f32(1, CHANNELS, 1, 1));
  const made = [x];
  for (const { step, from, other } of steps) {
    const at = (back: number) => made[Math.max(0, made.length - 1 - back)];
    const y = STEPS[step](at(from), at(other), { x, weight, vector });
    if (isSmall(y)) made.push(y);
  }
  const last = made[made.length - 1];
  const gradients = grad(mean(square(last)), [x, weight, vector]);
  return trace.program({
    last: detach(last),
    ...Object.fromEntries(outputs.map((at, i) => [`kept ${i}`, detach(made[at % made.length])])),
    ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, detach(gradient)])),
    loss: sum(last),
  });
}

function assertSame(found: Float64Array, expected: Float64Array, name: string): void {
  const size = Math.max(...expected.map(Math.abs), 1e-3);
  found.forEach((x, i) => {
    assert.ok(
      Math.abs(x - expected[i]) <= 1e-11 * size,
      `${name}: ${x} is ${expected[i]}, one loop a kernel`,
    );
  });
}

test('fused kernels compute what single loops do', () => {
  let fewer = 0;
  fc.assert(
    fc.property(programs, ({ seed, maxTensors, parts, ...drawn }) => {
      const program = build(drawn);
      const fusion: FusionOptions = { maxTensors, splitOf: () => parts };
      const inputs = Object.fromEntries(
        [...program.inputs].map(([name, { shape }], i) => [name, operand([...shape], seed + i).data]),
      );
      const expected = interpreted(program, { fusion: 'none' })(inputs);
      const found = interpreted(program, { fusion })(inputs);
      for (const name of program.outputs.keys()) assertSame(found[name], expected[name], name);
      const kernels = (fusion: FusionOptions | 'none') => scheduleOf(program, { fusion }).tasks.length;
      if (kernels(fusion) < kernels('none')) fewer++;
    }),
    { numRuns: 40, seed: 16 },
  );
  assert.ok(fewer > 32, `${fewer} of 40 programs have fewer kernels`);
});
