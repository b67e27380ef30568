import assert from 'node:assert/strict';
import { test } from 'node:test';
import { direct } from '../../../test/algorithms.js';
import { assertClose } from '../../../test/assertClose.js';
import { runProgram } from '../../../test/runProgram.js';
import { grad } from '../autodiff/grad.js';
import { State } from '../ir/state.js';
import { f32, u8 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { cast } from '../ops/cast.js';
import { add, mul, scale, square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach, reshape, transpose } from '../ops/shape.js';
import { Adam } from './adam.js';
import { Executable } from './executable.js';
import { StateStore } from './stateStore.js';

const options = { threads: 1, choose: direct };

test('bytes go in and out as they are; an input that nothing reads need not be given', async () => {
  const trace = new Trace(true);
  const bytes = trace.input('bytes', u8(2, 3));
  trace.input('unused', f32(7));
  const turned = cast(transpose(cast(bytes, 'f32'), [1, 0]), 'u8');
  const { y } = await runProgram(trace.program({ y: turned }), {
    bytes: Uint8Array.of(1, 2, 3, 253, 254, 255),
  });
  assert.deepEqual(y as unknown, Uint8Array.of(1, 253, 2, 254, 3, 255));
});

test('inputs are copied in, and outputs are views that the next run overwrites', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2));
  const executable = await Executable.compile(trace.program({ y: scale(x, 2) }), new StateStore(), options);
  const given = Float32Array.of(1, 2);
  const first = (await executable.run({ tensors: { x: given } })).get('y')!;
  assert.deepEqual([...first], [2, 4]);
  const second = (await executable.run({ tensors: { x: Float32Array.of(5, 6) } })).get('y')!;
  assert.equal(second, first);
  assert.deepEqual([...first, ...given], [10, 12, 1, 2]);
  await executable.dispose();
});

test('a missing input and one of another size are refused by name', async () => {
  const trace = new Trace(true);
  const executable = await Executable.compile(
    trace.program({ y: scale(trace.input('real_A', f32(2)), 2) }),
    new StateStore(),
    options,
  );
  await assert.rejects(executable.run({ tensors: {} }), /input real_A is not given/);
  const tensors = { real_A: new Float32Array(3) };
  await assert.rejects(executable.run({ tensors }), /input real_A has 3 elements, the program takes 2/);
  await executable.dispose();
});

/** w ← Adam of (w - 3)², and (w - 3)² by the updated w as an output. */
function descent() {
  const weight = new State('w', f32(2, 2), 'parameter', { kind: 'constant', value: 0 });
  const trace = new Trace(true);
  const distance = () =>
    square(add(trace.read(weight), scale(trace.input(`x${trace.read(weight).id}`, f32()), -3)));
  const before = sum(distance());
  const inputs = grad(before, [trace.read(weight)]);
  trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr_W' });
  const after = sum(distance());
  const program = trace.program({ before, after });
  const tensors = Object.fromEntries([...program.inputs.keys()].map((name) => [name, Float32Array.of(1)]));
  return { weight, program, tensors };
}

test('a program with an optimiser updates its states between its segments, and learns', async () => {
  const { weight, program, tensors } = descent();
  const store = new StateStore();
  const adam = new Adam([weight], store, { betas: [0.9, 0.999], epsilon: 1e-8 });
  const executable = await Executable.compile(program, store, {
    ...options,
    optimisers: new Map([['W', adam]]),
  });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const found = await executable.run({ tensors, scalars: { lr_W: 1 } });
    losses.push(Number(found.get('before')![0]), Number(found.get('after')![0]));
  }
  // Adam's first steps are lr · sign: w goes from 0 to 1, and the loss over 4 elements from 36 to 16
  assert.ok(Math.abs(losses[0] - 36) < 1e-4 && Math.abs(losses[1] - 16) < 1e-4, `${losses}`);
  for (let step = 1; step < 3; step++) {
    assert.equal(losses[2 * step], losses[2 * step - 1], 'the next step starts where this one ended');
    assert.ok(losses[2 * step + 1] < losses[2 * step]);
  }
  assert.equal(adam.updates, 3);
  await assert.rejects(executable.run({ tensors }), /the scalar lr_W is not given/);
  await executable.dispose();
});

test('a program whose optimiser is not there is refused', async () => {
  const { weight, program } = descent();
  const store = new StateStore();
  store.allocate([weight]);
  await assert.rejects(Executable.compile(program, store, options), /there is no optimiser W/);
});

test('a gradient that is a reshaped view lands in the optimiser’s arena in the right order', async () => {
  const weight = new State('w', f32(2, 3), 'parameter', { kind: 'constant', value: 0 });
  const store = new StateStore();
  const adam = new Adam([weight], store, { betas: [0.9, 0.999], epsilon: 1e-8 });
  const trace = new Trace(true);
  const factor = trace.input('factor', f32(6));
  const loss = sum(mul(reshape(trace.read(weight), [6]), factor));
  const inputs = grad(loss, [trace.read(weight)]);
  trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr_W' });
  const executable = await Executable.compile(trace.program({ loss }), store, {
    ...options,
    optimisers: new Map([['W', adam]]),
  });
  await executable.run({ tensors: { factor: Float32Array.of(1, 2, 3, 4, 5, 6) }, scalars: { lr_W: 0 } });
  assert.deepEqual([...adam.memory.of(weight, 'gradient')], [1, 2, 3, 4, 5, 6]);
  await executable.dispose();
});

test('parameters that have one gradient in common are all updated by it', async () => {
  const states = ['a', 'b'].map(
    (name) => new State(name, f32(3), 'parameter', { kind: 'constant', value: 0 }),
  );
  const store = new StateStore();
  const adam = new Adam(states, store, { betas: [0.9, 0.999], epsilon: 1e-8 });
  const trace = new Trace(true);
  const [a, b] = states.map((state) => trace.read(state));
  const loss = sum(mul(add(a, b), trace.input('x', f32(3))));
  const inputs = grad(loss, [a, b]);
  assert.equal(inputs[0], inputs[1], 'd/da (a + b) is d/db (a + b), the same value');
  trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr_W' });
  const executable = await Executable.compile(trace.program({}), store, {
    ...options,
    optimisers: new Map([['W', adam]]),
  });
  await executable.run({ tensors: { x: Float32Array.of(1, 2, 3) }, scalars: { lr_W: 0.5 } });
  for (const state of states) assertClose(store.floats(state), [-0.5, -0.5, -0.5], state.name);
  await executable.dispose();
});

test('an output that nothing computes is refused, not left undefined', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(3));
  const refused = runProgram(trace.program({ y: x }), { x: new Float32Array(3) });
  await assert.rejects(refused, /y is the program's input itself: give out a detach of it/);
  const { y } = await runProgram(trace.program({ y: detach(x) }), { x: Float32Array.of(1, 2, 3) });
  assert.deepEqual([...y], [1, 2, 3]);
});
