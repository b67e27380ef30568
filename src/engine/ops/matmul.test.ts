import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, gradientOf, operand } from '../../../test/checkOp.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { matmul } from './matmul.js';

checkAgainstPyTorch(['matmul']);

test('matmul differentiates twice, transposed or not', () => {
  const extents = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 5 })));
  return fc.assert(
    fc.asyncProperty(extents, fc.boolean(), fc.boolean(), seeds, async ([m, k, n], ta, tb, seed) => {
      const operands = [operand(ta ? [k, m] : [m, k], seed), operand(tb ? [n, k] : [k, n], seed + 5)];
      const product = ([a, b]: readonly Value[]) => matmul(a, b, ta, tb);
      await checkByDifferences(product, operands, { seed });
      for (const by of [0, 1]) await checkByDifferences(gradientOf(product, by, seed), operands, { seed });
    }),
    { numRuns: 8 },
  );
});

test('inner extents that differ are refused with both matrices', () => {
  const trace = new Trace(true);
  const [a, b, maps] = [
    trace.input('a', f32(2, 3)),
    trace.input('b', f32(4, 3)),
    trace.input('c', f32(3, 2, 2)),
  ];
  assert.deepEqual(matmul(a, b, false, true).shape, [2, 4]);
  assert.throws(() => matmul(a, b, true, false), {
    message: 'ShapeError: matmul: the inner extents differ\n  left   f32[2,3] transposed\n  right  f32[4,3]',
  });
  assert.throws(() => matmul(a, maps), { name: 'ShapeError' });
});
