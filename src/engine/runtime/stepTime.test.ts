import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../autodiff/grad.js';
import { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { conv2d } from '../ops/conv.js';
import { square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { copyRate, predictStepTime } from './stepTime.js';

const [SIZE, CHANNELS] = [16, 4];
const MAP = CHANNELS * SIZE * SIZE;

/** Two convolutions of the same kind, one by the weight that Adam trains. */
function program() {
  const weight = new State('weight', f32(CHANNELS, CHANNELS, 3, 3), 'parameter', {
    kind: 'constant',
    value: 0,
  });
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, CHANNELS, SIZE, SIZE));
  const w = trace.read(weight);
  const convolve = (map: Value) => conv2d(map, w, undefined, { stride: 1, padding: 1 });
  const loss = sum(square(convolve(convolve(x))));
  const [gradient] = grad(loss, [w]);
  trace.hostStep({ kind: 'adam', name: 'G', states: [weight], inputs: [gradient], learningRate: 'lr' });
  return trace.program({ loss });
}

test('a step takes its convolutions, each kind timed once, and the rest at the speed of memory', async () => {
  const timed: Value[] = [];
  const progress: number[][] = [];
  const rate = 1000;
  const timeLayer = async (value: Value) => {
    timed.push(value);
    return value.shape[0] === 1 ? 3 : 5; // maps, and weights' gradients
  };
  const time = await predictStepTime(program(), { timeLayer, copyRate: () => rate }, (done, total) =>
    progress.push([done, total]),
  );
  // Forward twice, back to the map between them once, and twice to the weight.
  assert.equal(time.convolutions, 2 * 3 + 3 + 2 * 5);
  assert.deepEqual(progress, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  assert.equal(new Set(timed).size, 3);
  // Adam reads parameter, gradient and two moments, and writes the parameter and both moments: 28 bytes.
  assert.equal(time.optimisers, (CHANNELS * CHANNELS * 9 * (4 + 3) * 4) / rate);
  // The map's square, and its gradient in three products or sums; scalars besides.
  assert.ok(
    time.others > (2 * MAP * 4 * 2) / rate && time.others < (6 * MAP * 4 * 5) / rate,
    `${time.others}`,
  );
  assert.equal(time.total, time.convolutions + time.others + time.optimisers);
});

test('copying has a speed', () => {
  const rate = copyRate();
  assert.ok(rate > 1e4 && rate < 1e10, `${rate} bytes a millisecond`);
});
