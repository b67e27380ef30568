import { test } from 'node:test';
import fc from 'fast-check';
import { seeds, shapes } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, gradientOf, operand } from '../../../test/checkOp.js';
import type { Value } from '../ir/value.js';
import { leakyRelu, relu } from './activation.js';
import { square } from './elementwise.js';

checkAgainstPyTorch(['relu', 'leakyRelu']);

test('relu and leakyRelu differentiate twice, away from 0', () =>
  fc.assert(
    fc.asyncProperty(shapes, fc.constantFrom(0, 0.01, 0.2, 0.75), seeds, async (shape, slope, seed) => {
      const x = operand(shape, seed, 'off zero');
      const activate = (value: Value) => (slope === 0 ? relu(value) : leakyRelu(value, slope));
      await checkByDifferences(([value]) => activate(value), [x], { seed });
      const curved = ([value]: readonly Value[]) => square(activate(value));
      await checkByDifferences(gradientOf(curved, 0, seed), [x], { seed });
    }),
    { numRuns: 8 },
  ));
