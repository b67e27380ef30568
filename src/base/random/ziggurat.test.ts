import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomStream } from './stream.js';
import { fillNormal } from './ziggurat.js';

test('fillNormal gives mean and deviation, at odd lengths too', () => {
  const out = new Float32Array(100_001);
  fillNormal(out, new RandomStream(3, 'init'), 1, 0.02);
  const average = out.reduce((sum, x) => sum + x, 0) / out.length;
  const deviation = Math.sqrt(out.reduce((sum, x) => sum + (x - average) ** 2, 0) / out.length);
  assert.ok(Math.abs(average - 1) < (5 * 0.02) / Math.sqrt(out.length));
  assert.ok(Math.abs(deviation / 0.02 - 1) < 5 / Math.sqrt(2 * out.length));
});

test('normal numbers follow the normal distribution: quantiles, tails and symmetry', () => {
  const out = new Float32Array(1_000_000);
  fillNormal(out, new RandomStream(11, 'init'), 0, 1);
  // Standard normal distribution function at these points (Abramowitz and Stegun, table 26.1).
  const table = [
    [-4, 0.0000316712],
    [-3.6541528853610088, 0.000129013],
    [-3, 0.001349898],
    [-2, 0.0227501319],
    [-1, 0.1586552539],
    [-0.25, 0.4012936743],
    [0, 0.5],
    [0.5, 0.6914624613],
    [1.5, 0.9331927987],
    [2.5, 0.9937903347],
    [3.5, 0.9997673709],
  ];
  for (const [x, expected] of table) {
    const below = out.reduce((count, value) => count + Number(value < x), 0) / out.length;
    const deviation = Math.sqrt((expected * (1 - expected)) / out.length);
    assert.ok(Math.abs(below - expected) < 5 * deviation, `P(x < ${x}) is ${below}, not ${expected}`);
  }
});

test('a longer array starts with the shorter one’s numbers', () => {
  const [short, long] = [new Float32Array(4099), new Float32Array(9000)];
  for (const out of [short, long]) fillNormal(out, new RandomStream(1, 'init', [0]), 0, 1);
  assert.deepEqual(long.subarray(0, short.length), short);
  assert.ok(long.every(Number.isFinite));
});
