import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { spreadOf } from './spread.js';

test('mean and deviation are those of NumPy: mean(), std(ddof=1)', () => {
  const found = spreadOf([1, 2, 4, Number.NaN])!;
  assert.deepEqual([found.count, found.min, found.max], [3, 1, 4]);
  assert.ok(Math.abs(found.mean - 2.3333333333333335) < 1e-12);
  assert.ok(Math.abs(found.deviation! - 1.5275252316519468) < 1e-12);
  assert.deepEqual(spreadOf([3]), { count: 1, mean: 3, deviation: undefined, min: 3, max: 3 });
  assert.equal(spreadOf([Number.NaN]), undefined);
});

test('the mean lies between the extremes, and a shift moves it and not the deviation', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(values, fc.double({ min: -100, max: 100, noNaN: true }), (values, shift) => {
      const [a, b] = [spreadOf(values)!, spreadOf(values.map((value) => value + shift))!];
      assert.ok(a.min - 1e-9 <= a.mean && a.mean <= a.max + 1e-9);
      assert.ok(Math.abs(b.mean - a.mean - shift) < 1e-9);
      assert.ok(Math.abs(b.deviation! - a.deviation!) < 1e-8);
    }),
  );
});
