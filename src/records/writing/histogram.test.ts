import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { histogramOf } from './histogram.js';

const rowsOf = (numbers: Float64Array) =>
  Array.from({ length: numbers.length / 3 }, (_, i) => [...numbers.subarray(3 * i, 3 * i + 3)]);

test('buckets and counts are those of numpy.histogram', () => {
  const values = Float32Array.of(0.1, -0.5, 0.25, 1.5, 0.9, -1.0, 0.3, 0.31);
  assert.deepEqual(rowsOf(histogramOf(values, 5)), [
    [-1, -0.5, 1],
    [-0.5, 0, 1],
    [0, 0.5, 4],
    [0.5, 1, 1],
    [1, 1.5, 1],
  ]);
});

test('equal values are one bucket, and what is no finite number is left out', () => {
  assert.deepEqual(rowsOf(histogramOf(Float32Array.of(2, 2, Number.NaN, Number.POSITIVE_INFINITY))), [
    [1.5, 2.5, 2],
  ]);
  assert.deepEqual(rowsOf(histogramOf(Float32Array.of(Number.NaN))), []);
});

test('every finite value is counted once, in a bucket that reaches around it', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (values, n) => {
        const rows = rowsOf(histogramOf(values, n));
        const finite = values.filter(Number.isFinite);
        assert.equal(
          rows.reduce((sum, [, , count]) => sum + count, 0),
          finite.length,
        );
        for (const [i, [left]] of rows.entries()) if (i > 0) assert.ok(left >= rows[i - 1][0]);
        if (finite.length === 0) return;
        assert.ok(rows[0][0] <= Math.min(...finite) && rows.at(-1)![1] >= Math.max(...finite));
      },
    ),
  );
});
