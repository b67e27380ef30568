import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { upsample, upsampleGradient } from './upsample.js';

checkAgainstPyTorch(['upsample', 'upsampleGradient']);

test('upsample and its gradient differentiate at any size', () =>
  fc.assert(
    fc.asyncProperty(seeds, fc.gen(), async (seed, gen) => {
      const [height, width] = [1, 2].map(() => 1 + gen(fc.nat, 5));
      await checkByDifferences(([v]) => upsample(v), [operand([1, 2, height, width], seed)], { seed });
      const large = operand([1, 2, 2 * height, 2 * width], seed);
      await checkByDifferences(([v]) => upsampleGradient(v), [large], { seed });
    }),
    { numRuns: 8 },
  ));
