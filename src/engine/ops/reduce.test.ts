import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds, shapeAndAxes } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { evaluate } from '../../../test/runProgram.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { mean, reduceMean, sum } from './reduce.js';

checkAgainstPyTorch(['reduceMean']);

test('reduceMean differentiates at any shape', () =>
  fc.assert(
    fc.asyncProperty(shapeAndAxes, seeds, async ([shape, axes], seed) => {
      await checkByDifferences(([x]) => reduceMean(x, axes), [operand(shape, seed)], { seed });
    }),
    { numRuns: 10 },
  ));

test('sum and mean of all elements are scalars, also of a scalar', async () => {
  for (const shape of [[], [1], [2, 3, 4]]) {
    const x = operand(shape, 3);
    const total = x.data.reduce((a, b) => a + b, 0);
    assertClose(await evaluate([x], ([value]) => sum(value)), [total], 'sum');
    assertClose(await evaluate([x], ([value]) => mean(value)), [total / x.data.length], 'mean');
  }
  const x = new Trace(true).input('x', f32(2, 3));
  assert.deepEqual(sum(x).shape, []);
  assert.deepEqual(mean(x).shape, []);
});
