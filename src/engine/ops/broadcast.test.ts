import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds, shapeAndAxes, stretchable } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { evaluate } from '../../../test/runProgram.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { broadcastTo, reduceSum, sumTo } from './broadcast.js';

checkAgainstPyTorch(['broadcast', 'reduceSum']);

test('broadcastTo and reduceSum differentiate at any shape', () =>
  fc.assert(
    fc.asyncProperty(stretchable, shapeAndAxes, seeds, async ({ shape, small }, [wide, axes], seed) => {
      await checkByDifferences(([x]) => broadcastTo(x, shape), [operand(small, seed)], { seed });
      await checkByDifferences(([x]) => reduceSum(x, axes), [operand(wide, seed)], { seed });
    }),
    { numRuns: 8 },
  ));

test('sumTo is the adjoint of broadcastTo: ⟨stretch x, y⟩ = ⟨x, sumTo y⟩', () =>
  fc.assert(
    fc.asyncProperty(stretchable, seeds, async ({ shape, small }, seed) => {
      const [x, y] = [operand(small, seed), operand(shape, seed + 1)];
      const stretched = await evaluate([x], ([value]) => broadcastTo(value, shape));
      const summed = await evaluate([y], ([value]) => sumTo(value, small));
      const dot = (a: Float32Array, b: Float32Array) =>
        a.reduce((total, element, i) => total + element * b[i], 0);
      assertClose([dot(x.data, summed)], [dot(stretched, y.data)], 'inner product', {
        relative: 1e-5,
        absolute: 1e-4,
      });
    }),
    { numRuns: 10 },
  ));

test('what changes nothing adds nothing to the graph', () => {
  const x = new Trace(true).input('x', f32(2, 3));
  assert.equal(broadcastTo(x, [2, 3]), x);
  assert.equal(reduceSum(x, []), x);
  assert.equal(sumTo(x, [2, 3]), x);
});

test('a target that the input does not stretch to, and an axis that is not there, are refused', () => {
  const x = new Trace(true).input('x', f32(2, 3));
  assert.throws(() => broadcastTo(x, [1, 3]), {
    message: 'ShapeError: broadcast: the target is smaller than the input\n  input   f32[2,3]\n  target  1×3',
  });
  assert.throws(() => broadcastTo(x, [3]), { message: /the target is smaller than the input/ });
  assert.throws(() => broadcastTo(x, [2, 4]), { message: /do not broadcast at axis 1/ });
  assert.throws(() => reduceSum(x, [2]), {
    message: 'ShapeError: reduceSum: there is no axis 2\n  x  f32[2,3]',
  });
});
