import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepTimes } from './stepTimes.js';
import type { StepReport } from './trainingEvents.js';

test('speed and waiting since the last time, by images', () => {
  const times = new StepTimes();
  const step = (step: number, computeSeconds: number, dataSeconds: number) =>
    times.step({ at: { step }, time: { computeSeconds, dataSeconds } } as StepReport);
  assert.deepEqual(times.take(), {});
  step(1, 0.3, 0.1); // one image
  step(4, 0.1, 0.1); // three, each of which took so long
  const close = (actual: number, wanted: number) => assert.ok(Math.abs(actual - wanted) < 1e-9);
  const { 'time/images_per_second': rate, 'time/data': data, 'time/data_wait_percent': share } = times.take();
  close(rate, 4 / (0.4 + 3 * 0.2));
  close(data, 0.1);
  close(share, 40);
  assert.deepEqual(times.take(), {}, 'nothing since');
  step(5, 0.2, 0);
  assert.deepEqual(times.take(), {
    'time/images_per_second': 5,
    'time/data': 0,
    'time/data_wait_percent': 0,
  });
});
