import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, operand } from '../../../test/checkOp.js';
import { runProgram } from '../../../test/runProgram.js';
import { reachable } from '../ir/program.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { constant } from '../ops/constant.js';
import { conv2d } from '../ops/conv.js';
import { add, exp, mul, scale, sub, tanh } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach, reshape } from '../ops/shape.js';
import { grad } from './grad.js';

// gradients of gradients: the gradient penalty of WGAN-GP, through convolution, norm and activation
checkAgainstPyTorch(['gradientPenalty'], { tolerance: { relative: 2e-5, absolute: 2e-6 } });

const x = operand([5], 1).data;

/** The gradient of `loss` by a vector x, as numbers. */
async function gradientAt(loss: (x: Value) => Value): Promise<Float32Array> {
  const trace = new Trace(true);
  const input = trace.input('x', f32(5));
  return (await runProgram(trace.program({ gradient: grad(loss(input), [input])[0] }), { x })).gradient;
}

test('a value used several times gathers the gradients of all uses', async () => {
  const found = await gradientAt((v) => sum(add(mul(v, exp(v)), mul(v, scale(v, 3)))));
  assertClose(
    found,
    x.map((t) => Math.exp(t) * (1 + t) + 6 * t),
    'd/dx (x eˣ + 3 x²)',
  );
  assertClose(await gradientAt((v) => sum(sub(v, v))), [0, 0, 0, 0, 0], 'd/dx (x - x)');
});

test('derivatives of any order: tanh to the third', async () => {
  const third = await gradientAt((v) => {
    const derivative = (f: Value) => grad(sum(f), [v])[0];
    return sum(derivative(derivative(tanh(v))));
  });
  const expected = x.map((t) => {
    const y = Math.tanh(t);
    return (1 - y * y) * (6 * y * y - 2);
  });
  assertClose(third, expected, 'tanh‴', { relative: 1e-5 });
});

test('what the loss does not depend on has a gradient of zeros', async () => {
  const trace = new Trace(true);
  const [used, unused] = [trace.input('x', f32(5)), trace.input('unused', f32(2, 3))];
  const [, gradient] = grad(sum(used), [used, unused]);
  assert.deepEqual(gradient.type, f32(2, 3));
  const found = await runProgram(trace.program({ gradient }), {});
  assert.deepEqual([...found.gradient], [0, 0, 0, 0, 0, 0]);
});

test('detach(x) keeps the value and stops the gradient', async () => {
  assertClose(await gradientAt((v) => sum(mul(v, detach(v)))), x, 'd/dx (x · detach x)');
  assertClose(await gradientAt((v) => sum(detach(mul(v, v)))), [0, 0, 0, 0, 0], 'd/dx detach(x²)');
});

test('the gradient by a value within the graph, and by the loss itself', async () => {
  const trace = new Trace(true);
  const input = trace.input('x', f32(5));
  const inner = exp(input);
  const loss = sum(mul(inner, inner));
  const [byInner, byLoss] = grad(loss, [inner, loss]);
  const found = await runProgram(trace.program({ byInner, byLoss }), { x });
  assertClose(
    found.byInner,
    x.map((t) => 2 * Math.exp(t)),
    'by eˣ',
  );
  assert.deepEqual([...found.byLoss], [1]);
});

test('a loss of one element in any shape will do; more are refused', async () => {
  const trace = new Trace(true);
  const input = trace.input('x', f32(5));
  const [gradient] = grad(reshape(sum(input), [1, 1]), [input]);
  const found = await runProgram(trace.program({ gradient }), { x });
  assert.deepEqual([...found.gradient], [1, 1, 1, 1, 1]);
  assert.throws(() => grad(input, [input]), {
    name: 'ShapeError',
    message: 'ShapeError: grad: the loss is not a scalar\n  loss  f32[5]\n  fix   take its mean',
  });
});

test('no work is done for gradients that nobody asks for', () => {
  const trace = new Trace(true);
  const images = trace.input('images', f32(1, 2, 8, 8));
  const weight = trace.input('weight', f32(3, 2, 4, 4));
  const loss = sum(conv2d(images, weight, undefined, { stride: 2, padding: 1 }));
  const ops = (wrt: Value) =>
    reachable(grad(loss, [wrt])).flatMap(({ source }) => (source.kind === 'op' ? [source.op.name] : []));
  assert.ok(ops(weight).includes('convWeightGradient') && !ops(weight).includes('convTranspose2d'));
  assert.ok(ops(images).includes('convTranspose2d') && !ops(images).includes('convWeightGradient'));
});

test('an updated state is a new value: the gradient by it does not reach back through the update', () => {
  const trace = new Trace(true);
  const weight = new State('w', f32(5), 'parameter', { kind: 'constant', value: 0 });
  const before = trace.read(weight);
  const inputs = grad(sum(mul(before, before)), [before]);
  trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr_W' });
  const after = trace.read(weight);
  assert.notEqual(after, before);
  const [byAfter, byBefore] = grad(sum(mul(after, constant([1, 2, 3, 4, 5], [5]))), [after, before]);
  const reached = reachable([byAfter, byBefore]).map(({ source }) => source.kind);
  assert.ok(!reached.includes('updated') && !reached.includes('state'), `${reached}`);
});
