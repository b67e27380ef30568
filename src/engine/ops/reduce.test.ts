import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds, shapeAndAxes } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { evaluate } from '../../../test/runProgram.js';
import { RandomStream } from '../../base/random/stream.js';
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

test('a mean of millions of elements is exact to a few roundings', async () => {
  for (const shape of [
    [1, 3, 256, 256],
    [4, 3, 256, 256],
    [16, 3, 256, 256],
    [1, 1, 30, 30],
    [16, 1, 30, 30],
  ]) {
    const random = new RandomStream(1, 'test.mean');
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = Float32Array.from({ length: count }, () => 0.7 * random.uniform());
    let exact = 0; // in float64
    for (const x of data) exact += x / count;
    const [found] = await evaluate([{ data, shape }], ([x]) => mean(x));
    const error = Math.abs(found / exact - 1);
    assert.ok(error < 5e-7, `${shape}: ${error}`);
  }
});

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
