import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, checkByDifferences, gradientOf, operand } from '../../../test/checkOp.js';
import { evaluate } from '../../../test/runProgram.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { inverseDeviation, standardize, variance } from './standardize.js';

checkAgainstPyTorch(['standardize', 'inverseDeviation', 'variance']);
checkAgainstPyTorch(['instanceNorm'], { build: ([x], { epsilon }) => standardize(x, [2, 3], epsilon) });

const ops: Record<string, (x: Value, axes: readonly number[]) => Value> = {
  standardize: (x, axes) => standardize(x, axes, 1e-5),
  inverseDeviation: (x, axes) => inverseDeviation(x, axes, 1e-5),
  variance,
};
for (const [name, op] of Object.entries(ops)) {
  test(`${name} differentiates twice over batch and instance axes`, () => {
    const extents = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 3 })));
    return fc.assert(
      fc.asyncProperty(extents, fc.constantFrom([0, 2, 3], [2, 3]), seeds, async ([n, c, h], axes, seed) => {
        const x = operand([n, c, h + 3, 5], seed);
        const once = ([value]: readonly Value[]) => op(value, axes);
        await checkByDifferences(once, [x], { seed });
        await checkByDifferences(gradientOf(once, 0, seed), [x], { seed });
      }),
      { numRuns: 6 },
    );
  });
}

test('with scale and shift it differentiates twice by all three', () => {
  const extents = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 3 })));
  return fc.assert(
    fc.asyncProperty(extents, seeds, async ([n, c, h], seed) => {
      const operands = [
        operand([n, c, h + 3, 5], seed),
        operand([1, c, 1, 1], seed + 1),
        operand([1, c, 1, 1], seed + 2),
      ];
      const once = ([x, scale, shift]: readonly Value[]) => standardize(x, [0, 2, 3], 1e-5, { scale, shift });
      await checkByDifferences(once, operands, { seed });
      for (const by of [0, 1, 2]) await checkByDifferences(gradientOf(once, by, seed), operands, { seed });
    }),
    { numRuns: 4 },
  );
});

test('a mean a thousand times the deviation costs three digits, not six', async () => {
  const x = operand([1, 1, 16, 16], 4);
  const moved = { shape: x.shape, data: x.data.map((element) => element + 1000) };
  const [plain, shifted] = await Promise.all(
    [x, moved].map((at) => evaluate([at], ([v]) => variance(v, [2, 3]))),
  );
  assertClose(shifted, plain, 'variance', { relative: 1e-4 });
});

test('an axis that is not there is refused', () => {
  const x = new Trace(true).input('x', f32(2, 3));
  assert.throws(() => variance(x, [2]), {
    message: 'ShapeError: variance: there is no axis 2\n  x  f32[2,3]',
  });
  assert.throws(() => standardize(x, [2], 1e-5), { name: 'ShapeError' });
  const affine = { scale: x, shift: x };
  assert.throws(() => standardize(x, [1], 1e-5, affine), {
    name: 'ShapeError',
    message: /one value for each/,
  });
});
