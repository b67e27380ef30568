import assert from 'node:assert/strict';
import { test } from 'node:test';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { allReduce } from '../ops/allReduce.js';
import { exp, mul } from '../ops/elementwise.js';
import { scheduleOf } from './schedule.js';
import { verifySchedule } from './verifySchedule.js';

test('states are read as they are at the time: before their host step, and after it', () => {
  const trace = new Trace(true);
  const state = new State('w', f32(4), 'parameter', { kind: 'constant', value: 1 });
  const x = trace.input('x', f32(4));
  const gradient = mul(x, trace.read(state));
  const step = { kind: 'adam', name: 'net', states: [state], learningRate: 'lr' } as const;
  trace.hostStep({ ...step, inputs: [gradient] });
  const { tensors, tasks } = scheduleOf(trace.program({ after: exp(trace.read(state)) }));
  verifySchedule({ tensors, tasks });
  const [before, host, after] = tasks;
  assert.throws(() => verifySchedule({ tensors, tasks: [host, before, after] }), {
    message: /^LoopError: w is read after net is updated\n +kernel +t\d+ : f32\[4\] = x\[i0\] · w\[i0\]$/,
  });
  assert.throws(() => verifySchedule({ tensors, tasks: [before, after, host] }), {
    message: /^LoopError: w after adam net is read before net is updated\n/,
  });
});

test('a sum over processes stands between what it is made of and what reads it; a process by itself has none', () => {
  const trace = new Trace(true);
  const y = exp(allReduce(exp(trace.input('x', f32(4)))));
  const program = trace.program({ y });
  const { tensors, tasks } = scheduleOf(program, { isShared: true });
  assert.deepEqual(
    tasks.map(({ kind }) => kind),
    ['kernel', 'allReduce', 'kernel'],
  );
  const [first, together, last] = tasks;
  assert.throws(() => verifySchedule({ tensors, tasks: [first, last, together] }), {
    message: /^LoopError: sum \d+ is read before/,
  });
  assert.deepEqual(
    scheduleOf(program).tasks.map(({ kind }) => kind),
    ['kernel'],
  );
});
