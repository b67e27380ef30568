/** Properties of the interpreter alone; those of every device are in `deviceContract.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { scale } from '../../ops/elementwise.js';
import { InterpreterDevice } from './interpreterDevice.js';

const zero = { kind: 'constant', value: 0 } as const;

test('states and results are of 64 bits, and rounded where they are handed out', async () => {
  for (const precision of ['f64', 'f32'] as const) {
    const device = new InterpreterDevice(precision);
    const state = new State('running', f32(1), 'buffer', zero);
    await device.allocate([state]);
    const trace = new Trace(true);
    const third = scale(trace.input('x', f32(1)), 1 / 3);
    trace.write(state, third);
    const executable = await device.compile(trace.program({ third, ninth: scale(trace.read(state), 1 / 3) }));
    const results = await executable.run({ tensors: { x: Float32Array.of(1) } });
    const [own, rounded] = [1 / 3, Math.fround(1 / 3)];
    const expected = precision === 'f64' ? own : rounded;
    assert.deepEqual([...executable.numbers('third')], [expected]);
    assert.deepEqual([...device.numbersOf(state)], [expected]);
    const ninth = precision === 'f64' ? own * own : Math.fround(rounded * rounded);
    assert.deepEqual([...executable.numbers('ninth')], [ninth]);
    assert.deepEqual(await results.fetch('third'), Float32Array.of(rounded));
    assert.deepEqual(await device.download(state), Float32Array.of(rounded));
    await device.dispose();
  }
});

test('memory is twice what 32 bits take; times are not predicted', async () => {
  const device = new InterpreterDevice();
  const trace = new Trace(true);
  const state = new State('w', f32(1000), 'buffer', zero);
  const program = trace.program({ y: scale(trace.read(state), 2) });
  const [strategy] = device.memory.strategies;
  const { states, kept, working, total } = device.memory.predict(program, strategy);
  assert.equal(states, 8000);
  assert.equal(total, states + kept + working);
  await assert.rejects(device.predictTime(), /does not predict times/);
});
