import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../test/runProgram.js';
import { constant, scalar } from './constant.js';
import { add } from './elementwise.js';

test('constants hold their numbers in row-major order, rounded to float32', async () => {
  const grid = await evaluate([], () =>
    add(constant([1, 2, 3, 4, 5, 6], [2, 3]), constant([0.1, 10], [2, 1])),
  );
  assert.deepEqual(grid, Float32Array.of(1.1, 2.1, 3.1, 14, 15, 16));
  assert.deepEqual(scalar(3).shape, []);
});

test('a constant of another size than its numbers is refused', () => {
  assert.throws(() => constant([1, 2, 3], [2, 2]), /3 numbers do not fill 2×2/);
});
