import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeTime, fitExchange, predictions } from './parallelModel.js';

test('a fitted network gives the times that it was fitted to', () => {
  const network = { latency: 0.02, bandwidth: 1.25e5 };
  for (const ranks of [2, 4]) {
    const times = [0, 1e6, 2e8].map((bytes) => ({
      bytes,
      milliseconds: exchangeTime(ranks, bytes, network),
    }));
    const fitted = fitExchange(ranks, times);
    assert.ok(Math.abs(fitted.latency - network.latency) < 1e-9);
    assert.ok(Math.abs(fitted.bandwidth / network.bandwidth - 1) < 1e-9);
  }
});

test('218 MB over 1 Gbit/s take two passes of it; overlap hides what it can', () => {
  // a ring of many ranks moves nearly all bytes twice: 2 × 8 × 0.218 / 1 = 3.5 s
  const [slow] = predictions(1000, [218e6]).filter(
    ({ ranks, network }) => ranks === 64 && network === '1 Gbit/s',
  );
  assert.ok(Math.abs(slow.step - 1000 - 3488 * (63 / 64)) < 30, `${slow.step}`);
  const [hidden] = predictions(1000, [1e6], 1).filter(({ network }) => network === '100 Gbit/s');
  assert.ok(hidden.efficiency > 0.99);
});
