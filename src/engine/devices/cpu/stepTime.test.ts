import assert from 'node:assert/strict';
import { test } from 'node:test';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { conv2d } from '../../ops/conv.js';
import { exp } from '../../ops/elementwise.js';
import { reshape } from '../../ops/shape.js';
import { predictStepTime } from './stepTime.js';

const zero = { kind: 'constant', value: 0 } as const;

test('a step is its convolutions, and the bytes that everything else moves at the speed of memory', async () => {
  const weights = ['a', 'b'].map((name) => new State(name, f32(8, 8, 3, 3), 'parameter', zero));
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 8, 10, 10));
  const [first, second] = weights.map((weight) =>
    conv2d(x, trace.read(weight), undefined, { stride: 1, padding: 1 }),
  );
  const gradients = [exp(trace.read(weights[0])), exp(trace.read(weights[1]))];
  trace.hostStep({ kind: 'adam', name: 'G', states: weights, inputs: gradients, learningRate: 'lr' });
  const program = trace.program({ first, second, view: reshape(exp(x), [800]) });
  const timed: unknown[] = [];
  const rates = {
    timeLayer: async (value: unknown) => {
      timed.push(value);
      return 5;
    },
    copyRate: () => 100,
  };
  const progress: number[][] = [];
  const { convolutions, others, optimisers, total } = await predictStepTime(program, rates, (done, of) =>
    progress.push([done, of]),
  );
  assert.deepEqual([timed, progress], [[first], [[1, 1]]], 'equal layers are timed once');
  assert.equal(convolutions, 2 * 5);
  // 4 bytes each: exp of x and of both weights; a view moves nothing. Each byte written means 4 moved.
  assert.equal(others, (4 * (800 + 576 + 576) * 4) / 100);
  // Kingma and Ba 2015, algorithm 1: θ, g, m and v are read, θ, m and v written, 4 bytes each, for 2 · 576 parameters.
  assert.equal(optimisers, (2 * 576 * (4 + 3) * 4) / 100);
  assert.equal(total, convolutions + others + optimisers);
});
