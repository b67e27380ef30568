import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FloatImages } from '../../data/batch/floatImages.js';
import { ImagePool, poolChance } from './imagePool.js';

/** Images of one pixel, each known by its number. */
const batch = (...numbers: number[]): FloatImages => ({
  data: Float32Array.from(numbers),
  shape: [numbers.length, 1, 1, 1],
});

test('a pool of no images lets all pass', () => {
  const pool = new ImagePool(0, poolChance(1, 'a'));
  assert.deepEqual([...pool.exchange(batch(1, 2, 3), 0).data], [1, 2, 3]);
  assert.equal(pool.images.length, 0);
});

test('until it is full images pass and are kept; then chance says which is exchanged for which', () => {
  const choices = new Map([
    ['1.0', { exchange: true, index: 1 }],
    ['1.1', { exchange: false, index: 0 }],
    ['2.0', { exchange: true, index: 1 }],
  ]);
  const pool = new ImagePool(2, (step, position) => choices.get(`${step}.${position}`)!);
  assert.deepEqual([...pool.exchange(batch(1, 2), 0).data], [1, 2]);
  assert.deepEqual([...pool.exchange(batch(3, 4), 1).data], [2, 4]);
  assert.deepEqual([...pool.exchange(batch(5), 2).data], [3]);
  assert.deepEqual(
    pool.images.map(({ data }) => data[0]),
    [1, 5],
  );
});

test('a kept image of another size is replaced, and not shown', () => {
  const pool = new ImagePool(1, () => ({ exchange: true, index: 0 }));
  pool.exchange({ data: new Float32Array(4), shape: [1, 1, 2, 2] }, 0);
  assert.deepEqual([...pool.exchange(batch(7), 1).data], [7]);
  assert.deepEqual(pool.images[0].shape, [1, 1, 1, 1]);
});

test('what is shown was made now or before, each kept image once at a time, and half of them are older', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(1000), (size, seed) => {
      const pool = new ImagePool(size, poolChance(seed, 'fakes'));
      const shown: number[] = [];
      for (let step = 0; step < 200; step++) {
        shown.push(pool.exchange(batch(step), step).data[0]);
        assert.ok(shown[step] <= step);
      }
      const kept = pool.images.map(({ data }) => data[0]);
      assert.equal(new Set([...shown, ...kept]).size, 200, 'no image is lost');
      assert.equal(kept.length, size);
      // binomial of 200 - size tries: 60 away from the middle has a probability below 10⁻¹⁵
      const older = shown.filter((image, step) => image !== step).length;
      assert.ok(Math.abs(older - (200 - size) / 2) < 60, `${older}`);
    }),
    { numRuns: 20, seed: 7 },
  );
});

test('chance exchanges one image in two, for any of those that are kept', () => {
  const [tries, size] = [20_000, 5];
  const chance = poolChance(3, 'fakes');
  const choices = Array.from({ length: tries }, (_, i) => chance(i >> 1, i % 2, size));
  // binomial: 5 standard deviations of 70.7
  const exchanged = choices.filter(({ exchange }) => exchange).length;
  assert.ok(Math.abs(exchanged - tries / 2) < 354, `${exchanged}`);
  for (let index = 0; index < size; index++) {
    const taken = choices.filter((choice) => choice.exchange && choice.index === index).length;
    assert.ok(Math.abs(taken - exchanged / size) < 5 * Math.sqrt(exchanged / size), `${index}: ${taken}`);
  }
});
