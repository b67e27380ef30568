import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { broadcastable, seeds, shapes } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, gradientOf, operand } from '../../../test/checkOp.js';
import type { OpCase } from '../../../test/opCases.js';
import { evaluate } from '../../../test/runProgram.js';
import { f32, u8 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { broadcastTo } from './broadcast.js';
import * as elementwise from './elementwise.js';

/**
 * The gradient by the scalar is a sum of 6 terms that nearly cancel, 0.17 of 25.6 in all: in whatever order they are added,
 * it has an error of up to 5 · 2⁻²⁴ · 25.6 (Higham, Accuracy and Stability of Numerical Algorithms, 4.2).
 */
const CANCELLING = { relative: 4e-6, absolute: 7.7e-6 };
const isCancelling = ({ id }: OpCase) => id === 'div_scalar';

checkAgainstPyTorch(['add', 'sub', 'mul']);
checkAgainstPyTorch(['div'], { only: (known) => !isCancelling(known) });
checkAgainstPyTorch(['div'], { only: isCancelling, tolerance: CANCELLING });
checkAgainstPyTorch(['neg', 'abs', 'sign', 'floor', 'square', 'sqrt', 'exp', 'log', 'reciprocal']);
checkAgainstPyTorch(['tanh', 'sigmoid', 'softplus']);

const { add, sub, mul, div } = elementwise;
for (const [name, op] of Object.entries({ add, sub, mul, div })) {
  test(`${name} differentiates by both operands, whichever is stretched`, () =>
    fc.assert(
      fc.asyncProperty(broadcastable, seeds, async ([left, right], seed) => {
        const operands = [operand(left, seed), operand(right, seed + 9, 'positive')];
        await checkByDifferences(([a, b]) => op(a, b), operands, { seed });
      }),
      { numRuns: 8 },
    ));
}

const { abs, exp, log, neg, reciprocal, sigmoid, softplus, sqrt, square, tanh } = elementwise;
const everywhere = { abs, exp, neg, reciprocal, sigmoid, softplus, square, tanh };
for (const [name, op] of Object.entries({ ...everywhere, log, sqrt })) {
  const where =
    name === 'abs' ? 'off zero' : name in everywhere && name !== 'reciprocal' ? 'anywhere' : 'positive';
  test(`${name} differentiates twice`, () =>
    fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        const once = ([x]: readonly Value[]) => op(x);
        await checkByDifferences(once, [operand(shape, seed, where)], { seed });
        await checkByDifferences(gradientOf(once, 0, seed), [operand(shape, seed, where)], { seed });
      }),
      { numRuns: 4 },
    ));
}

test('scale and shift are multiplication and addition, and nothing where they change nothing', async () => {
  const x = operand([2, 3], 1);
  const y = await evaluate([x], ([a]) => elementwise.shift(elementwise.scale(a, -2), 0.5));
  assert.deepEqual(
    y,
    x.data.map((element) => -2 * element + 0.5),
  );
  const value = new Trace(true).input('x', f32(3));
  assert.equal(elementwise.scale(value, 1), value);
  assert.equal(elementwise.shift(value, 0), value);
});

test('an operand stretched by hand is taken unstretched, unless the result would be smaller', () => {
  const trace = new Trace(true);
  const [small, wide] = [trace.input('a', f32(3, 1)), trace.input('b', f32(2, 3, 4))];
  const sum = add(broadcastTo(small, [2, 3, 4]), wide);
  assert.deepEqual(sum.shape, [2, 3, 4]);
  assert.deepEqual(sum.operands, [small, wide]);
  const stretched = broadcastTo(small, [2, 3, 4]);
  const other = add(stretched, trace.input('c', f32(1)));
  assert.deepEqual(other.shape, [2, 3, 4]);
});

test('operands that do not fit are refused with both types', () => {
  const trace = new Trace(true);
  const [a, b, bytes] = [
    trace.input('a', f32(2, 3)),
    trace.input('b', f32(2, 4)),
    trace.input('c', u8(2, 3)),
  ];
  assert.throws(() => add(a, b), {
    name: 'ShapeError',
    message: 'ShapeError: add: shapes do not broadcast at axis 1\n  left   f32[2,3]\n  right  f32[2,4]',
  });
  assert.throws(() => mul(a, bytes), {
    name: 'ShapeError',
    message: 'ShapeError: mul: element types differ\n  left   f32[2,3]\n  right  u8[2,3]',
  });
});
