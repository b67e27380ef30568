import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { reflectionPad, reflectionPadGradient } from './reflectionPad.js';

checkAgainstPyTorch(['reflectionPad', 'reflectionPadGradient']);

test('reflectionPad and its gradient differentiate at any size, also where the margins overlap', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), seeds, fc.gen(), async (padding, seed, gen) => {
      const [height, width] = [1, 2].map(() => padding + 1 + gen(fc.nat, 5));
      const x = operand([1, 2, height, width], seed);
      const padded = operand([1, 2, height + 2 * padding, width + 2 * padding], seed);
      await checkByDifferences(([v]) => reflectionPad(v, padding), [x], { seed });
      await checkByDifferences(([v]) => reflectionPadGradient(v, padding), [padded], { seed });
    }),
    { numRuns: 8 },
  ));

test('less than there is to mirror is refused, and nothing to pad adds nothing', () => {
  const x = new Trace(true).input('x', f32(1, 2, 3, 4));
  assert.equal(reflectionPad(x, 0), x);
  assert.equal(reflectionPadGradient(x, 0), x);
  assert.throws(() => reflectionPad(x, 3), {
    message:
      'ShapeError: reflectionPad: there is less to mirror than the padding\n' +
      '  x        f32[1,2,3,4]\n  padding  3\n  fix      use larger images',
  });
});
