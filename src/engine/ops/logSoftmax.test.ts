import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, gradientOf, operand } from '../../../test/checkOp.js';
import { logSoftmax } from './logSoftmax.js';

checkAgainstPyTorch(['logSoftmax']);

test('logSoftmax and its gradient differentiate for any number of classes', () =>
  fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 1, max: 6 }), async (seed, classes) => {
      const logits = operand([2, classes, 2, 3], seed);
      await checkByDifferences(([x]) => logSoftmax(x), [logits], { seed });
      await checkByDifferences(
        gradientOf(([x]) => logSoftmax(x), 0, seed),
        [logits],
        { seed },
      );
    }),
    { numRuns: 8 },
  ));
