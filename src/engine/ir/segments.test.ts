import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../autodiff/grad.js';
import { allReduce } from '../ops/allReduce.js';
import { constant } from '../ops/constant.js';
import { add, exp, mul, square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { cutProgram, type Stage } from './segments.js';
import { State } from './state.js';
import { f32 } from './tensorType.js';
import { Trace } from './trace.js';
import type { Value } from './value.js';

const parameter = (name: string) => new State(name, f32(3), 'parameter', { kind: 'constant', value: 0 });

/** Appends a step that updates `state` by `gradient`. */
function step(trace: Trace, name: string, state: State, gradient: Value): void {
  trace.hostStep({ kind: 'adam', name, states: [state], inputs: [gradient], learningRate: `lr_${name}` });
}

const nameOfStep = ({ hostStep }: Stage) => (hostStep?.kind === 'adam' ? hostStep.name : hostStep?.kind);

/** Ops of a segment, constants aside. */
const ops = (body: readonly Value[]) =>
  body.flatMap(({ source }) => (source.kind === 'op' ? [source.op.name] : []));

test('a program without host steps is one segment', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(3));
  const y = exp(x);
  const stages = cutProgram(trace.program({ y }));
  assert.deepEqual(stages, [{ segment: { inputs: [x], outputs: [y], body: [y] }, hostStep: undefined }]);
});

test('a GAN’s step: each segment computes what its host step needs, and values that cross are handed on', () => {
  const trace = new Trace(true);
  const [g, d] = [parameter('g'), parameter('d')];
  const x = trace.input('x', f32(3));
  const two = constant([2, 2, 2], [3]);
  const [oldG, oldD] = [trace.read(g), trace.read(d)];
  const fake = mul(x, oldG);
  const lossD = sum(square(mul(mul(fake, oldD), two)));
  const [gradientD] = grad(lossD, [oldD]);
  step(trace, 'D', d, gradientD);
  const judged = mul(fake, trace.read(d)); // by the updated d
  const lossG = sum(mul(judged, two));
  const [gradientG] = grad(lossG, [oldG]);
  step(trace, 'G', g, gradientG);
  const after = add(trace.read(g), two);
  const stages = cutProgram(trace.program({ fake, lossD, lossG, after }));

  assert.deepEqual(stages.map(nameOfStep), ['D', 'G', undefined]);
  const [first, second, third] = stages.map(({ segment }) => segment!);
  assert.deepEqual(new Set(first.inputs), new Set([x, oldG, oldD]));
  for (const value of [fake, lossD, gradientD]) assert.ok(first.outputs.includes(value));
  for (const value of [lossG, gradientG]) assert.ok(second.outputs.includes(value));
  assert.ok(
    second.inputs.includes(fake) && !second.body.includes(fake),
    'fake crosses and is not made again',
  );
  assert.ok(!first.body.includes(judged) && second.body.includes(judged));
  assert.deepEqual(third.outputs, [after]);
  for (const { body } of [first, second, third])
    assert.ok(body.includes(two), 'constants stand in every segment');
  for (const { inputs, outputs } of [first, second, third]) {
    assert.ok(!inputs.includes(two) && !outputs.includes(two), 'and cross nowhere');
  }
  const computed = [first, second, third]
    .flatMap(({ body }) => body)
    .filter(({ source }) => source.kind === 'op');
  assert.equal(new Set(computed).size, computed.length, 'nothing is computed twice');
});

test('what nobody needs before a step is left to the segment that needs it', () => {
  const trace = new Trace(true);
  const weight = parameter('w');
  const x = trace.input('x', f32(3));
  const late = exp(x); // used after the step only
  step(trace, 'W', weight, mul(x, trace.read(weight)));
  const y = mul(late, trace.read(weight));
  const [first, second] = cutProgram(trace.program({ y }));
  assert.deepEqual(ops(first.segment!.body), ['mul']);
  assert.deepEqual(ops(second.segment!.body), ['exp', 'mul']);
});

test('a value that the caller wants and that depends on no step is computed in the first segment', () => {
  const trace = new Trace(true);
  const weight = parameter('w');
  const before = exp(trace.read(weight)); // the weight as it was: after the step it is gone
  step(trace, 'W', weight, square(trace.read(weight)));
  const stages = cutProgram(trace.program({ before }));
  assert.equal(stages.length, 1);
  assert.ok(stages[0].segment!.outputs.includes(before));
});

test('reading a state as it was before its update, after it, is refused', () => {
  const trace = new Trace(true);
  const weight = parameter('model.0.weight');
  const before = trace.read(weight);
  step(trace, 'D', weight, square(before));
  const y = mul(exp(before), trace.read(weight)); // old and new at once
  assert.throws(
    () => cutProgram(trace.program({ y })),
    /model\.0\.weight is read as it was before adam D, but only after it/,
  );
});

test('a host step whose gradients are known already needs no segment of its own', () => {
  const trace = new Trace(true);
  const [v, w] = [parameter('v'), parameter('w')];
  const gradient = square(trace.input('x', f32(3)));
  step(trace, 'V', v, gradient);
  step(trace, 'W', w, gradient);
  const stages = cutProgram(trace.program({}));
  assert.deepEqual(
    stages.map((stage) => [stage.segment?.body.length, nameOfStep(stage)]),
    [
      [1, 'V'],
      [undefined, 'W'],
    ],
  );
  assert.deepEqual(stages[0].segment!.outputs, [gradient]);
});

test('values that processes compute together are cut into as few rounds as their dependence allows', () => {
  const trace = new Trace(true);
  const [x, z] = ['x', 'z'].map((name) => trace.input(name, f32(3)));
  const [a, b] = [allReduce(square(x)), allReduce(square(z))]; // apart from each other: one round
  const c = allReduce(mul(a, b));
  const w = parameter('w');
  step(trace, 'W', w, mul(c, x));
  const stages = cutProgram(trace.program({ after: add(trace.read(w), c) }));
  assert.deepEqual(stages.map(nameOfStep), ['allReduce', 'allReduce', 'W', undefined]);
  const rounds = stages.flatMap(({ hostStep }) => (hostStep?.kind === 'allReduce' ? [hostStep.values] : []));
  assert.deepEqual(rounds, [[a, b], [c]]);
  const [first, second] = stages.map(({ segment }) => segment!);
  assert.deepEqual(first.outputs, [a.operands[0], b.operands[0]]);
  assert.deepEqual(new Set(second.inputs), new Set([a, b]));
});
