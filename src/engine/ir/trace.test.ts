import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDevice } from '../../../test/devices.js';
import { runProgram } from '../../../test/runProgram.js';
import { scalar } from '../ops/constant.js';
import { add, mul, scale } from '../ops/elementwise.js';
import { reachable, withoutUpdates } from './program.js';
import { State } from './state.js';
import { f32, i64 } from './tensorType.js';
import { Trace } from './trace.js';

const buffer = (name: string) => new State(name, f32(2), 'buffer', { kind: 'constant', value: 0 });

test('states read like variables: after a write, its value; stored when the program ends', async () => {
  const [state, other] = [buffer('running'), buffer('other')];
  const device = await openTestDevice();
  await device.allocate([state, other]);
  await device.upload(state, Float32Array.of(1, 2));
  const trace = new Trace(true);
  const x = trace.input('x', f32(2));
  assert.equal(trace.read(state), trace.read(state), 'one value until it is written');
  const before = scale(trace.read(state), 1.5);
  trace.write(state, add(trace.read(state), x));
  const between = scale(trace.read(state), 10);
  trace.write(state, mul(trace.read(state), trace.read(state)));
  const program = trace.program({ before, between });
  const outputs = await runProgram(program, { x: Float32Array.of(3, 5) }, { device });
  assert.deepEqual([...outputs.before], [1.5, 3]);
  assert.deepEqual([...outputs.between], [40, 70]);
  assert.deepEqual([...(await device.download(state))], [16, 49], 'the last write is stored');
  assert.deepEqual([...(await device.download(other))], [0, 0]);
});

test('counters move once for every count', async () => {
  const counter = new State('tracked', i64(), 'counter', { kind: 'constant', value: 0 });
  const device = await openTestDevice();
  await device.allocate([counter]);
  const trace = new Trace(true);
  for (let i = 0; i < 3; i++) trace.count(counter);
  const program = trace.program({ one: add(scalar(1), scalar(0)) });
  await runProgram(program, {}, { device });
  await runProgram(program, {}, { device });
  assert.deepEqual([...(await device.download(counter))], [6n]);
});

test('what is built without moving states is used, and leaves them to another program', async () => {
  const tracked = new State('tracked', i64(), 'counter', { kind: 'constant', value: 0 });
  const [state, other] = [buffer('running'), buffer('other')];
  const device = await openTestDevice();
  await device.allocate([tracked, state, other]);
  await device.upload(state, Float32Array.of(1, 2));
  const trace = new Trace(true);
  const start = trace.read(state);
  const inside = trace.withoutMoving(() => {
    trace.write(state, scale(trace.read(state), 10));
    trace.write(other, add(trace.read(other), scalar(1)));
    trace.count(tracked);
    return add(trace.read(state), scalar(0));
  });
  assert.equal(trace.read(state), start);
  assert.throws(() => trace.withoutMoving(() => assert.fail('it is told')), /it is told/);
  const program = trace.program({ inside, after: scale(trace.read(state), 3) });
  assert.deepEqual([program.writes.size, program.counts.size], [0, 0]);
  const outputs = await runProgram(program, {}, { device });
  assert.deepEqual(
    [[...outputs.inside], [...outputs.after]],
    [
      [10, 20],
      [3, 6],
    ],
  );
  assert.deepEqual([...(await device.download(state))], [1, 2]);
  assert.deepEqual([...(await device.download(tracked))], [0n]);
});

test('dropout masks are inputs with a rate, in order of use', () => {
  const trace = new Trace(true);
  const masks = [0.5, 0.2].map((rate) => trace.dropoutMask(f32(2), rate));
  const program = trace.program({ y: add(masks[0], masks[1]) });
  assert.deepEqual(
    [...program.dropoutMasks],
    [
      ['dropout.0', 0.5],
      ['dropout.1', 0.2],
    ],
  );
  assert.deepEqual(
    [...program.inputs],
    [
      ['dropout.0', masks[0]],
      ['dropout.1', masks[1]],
    ],
  );
});

test('a host step gives its states new values, and the others keep theirs', () => {
  const [trained, other] = [buffer('trained'), buffer('other')];
  const trace = new Trace(true);
  const [before, kept] = [trace.read(trained), trace.read(other)];
  const step = { kind: 'adam', name: 'G', states: [trained], inputs: [before], learningRate: 'lr' } as const;
  trace.hostStep(step);
  const { source } = trace.read(trained);
  assert.ok(source.kind === 'updated' && source.by === step && source.state === trained);
  assert.equal(trace.read(other), kept);
  assert.deepEqual(trace.program({}).hostSteps, [step]);
});

test('two inputs of one name are refused', () => {
  const trace = new Trace(true);
  trace.input('x', f32(1));
  assert.throws(() => trace.input('x', f32(1)), /has an input x already/);
});

test('withoutUpdates keeps the outputs and leaves all states alone; a training program is refused', () => {
  const [state, trace] = [buffer('running'), new Trace(true)];
  const y = add(trace.read(state), scalar(1));
  trace.write(state, y);
  trace.count(state);
  const { outputs, writes, counts } = withoutUpdates(trace.program({ y }));
  assert.deepEqual([outputs.get('y'), writes.size, counts.size], [y, 0, 0]);
  trace.hostStep({ kind: 'adam', name: 'G', states: [state], inputs: [y], learningRate: 'lr' });
  assert.throws(() => withoutUpdates(trace.program({ y })), /it cannot leave the states as they are/);
});

test('reachable lists operands before users, once each, and ends where it is told', () => {
  const trace = new Trace(true);
  const [a, b] = [trace.input('a', f32(2)), trace.input('b', f32(2))];
  const inner = mul(a, b);
  const outer = add(inner, mul(inner, inner));
  assert.deepEqual(reachable([outer, inner]), [a, b, inner, outer.operands[1], outer]);
  assert.deepEqual(
    reachable([outer], (value) => value === inner),
    [outer.operands[1], outer],
  );
});
