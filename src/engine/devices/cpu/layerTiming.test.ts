import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerChoices } from '../../ir/layer.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { conv2d } from '../../ops/conv.js';
import { timeAlgorithms } from './layerTiming.js';

test('a layer is timed by each of its algorithms; one that it does not have is refused', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 2, 8, 8));
  const weight = trace.input('weight', f32(2, 2, 3, 3));
  const y = conv2d(x, weight, undefined, { stride: 1, padding: 1 });
  const [{ value, layer }] = layerChoices(trace.program({ y }));
  const times = await timeAlgorithms(value, layer.algorithms, 1, 1);
  assert.deepEqual(Object.keys(times), ['direct', 'winograd']);
  for (const milliseconds of Object.values(times)) assert.ok(milliseconds >= 0 && milliseconds < 1e5);
  await assert.rejects(
    timeAlgorithms(value, ['fft'], 1, 1),
    /conv2d: fft is none of its algorithms here: direct, winograd/,
  );
});
