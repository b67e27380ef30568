import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import { shift } from '../../engine/ops/elementwise.js';
import { ganLoss, ganModes, l1Loss } from './losses.js';

checkAgainstPyTorch(['l1Loss']);
checkAgainstPyTorch(['bceWithLogitsLoss'], {
  build: ([logits], { target }) => ganLoss('vanilla', logits, target === 1),
});
checkAgainstPyTorch(['mseLoss'], {
  only: ({ inputs }) => inputs.length === 1,
  build: ([logits], { target }) => ganLoss('lsgan', logits, target === 1),
});

test('losses differentiate at any size of the discriminator’s answer', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ganModes),
      fc.boolean(),
      fc.tuple(...[1, 2].map(() => fc.integer({ min: 1, max: 5 }))),
      seeds,
      async (mode, real, [height, width], seed) => {
        const offZero = operand([2, 1, height, width], seed, 'off zero');
        const [a, b] = [
          operand([2, 1, height, width], seed),
          operand([2, 1, height, width], seed + 1, 'positive'),
        ];
        // hinge has its kink at 1 for what is real, at -1 for what is fake
        const [logits, kink] = mode === 'hinge' ? [offZero, real ? 1 : -1] : [a, 0];
        await checkByDifferences(([x]) => ganLoss(mode, shift(x, kink), real), [logits], { seed });
        const apart = { shape: b.shape, data: b.data.map((x, i) => a.data[i] + (i % 2 ? x : -x)) };
        await checkByDifferences(([x, y]) => l1Loss(x, y), [a, apart], { seed });
      },
    ),
    { numRuns: 8 },
  ));
