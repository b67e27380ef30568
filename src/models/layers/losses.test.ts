import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { checkAgainstPyTorch, checkByDifferences, operand } from '../../../test/checkOp.js';
import type { RankLabels, RankLoss } from '../../../test/rankCrossEntropy.js';
import { inRanks } from '../../../test/rankThreads.js';
import { runProgram } from '../../../test/runProgram.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { shift } from '../../engine/ops/elementwise.js';
import { crossEntropy, ganLoss, ganModes, l1Loss } from './losses.js';

checkAgainstPyTorch(['l1Loss', 'crossEntropy']);
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

/** One-hot over the channels: class -1 is none. f32[N, 3, 1, 4] */
const oneHot = (classes: readonly number[]) =>
  [...Array(classes.length / 4).keys()].flatMap((image) =>
    [0, 1, 2].flatMap((channel) =>
      classes.slice(4 * image, 4 * image + 4).map((label) => (label === channel ? 1 : 0)),
    ),
  );

test('cross-entropy is 0, and not NaN, where no pixel has a class', async () => {
  const trace = new Trace(true);
  const [logits, target] = ['logits', 'target'].map((name) => trace.input(name, f32(1, 3, 1, 4)));
  const tensors = { logits: Float32Array.from({ length: 12 }, (_, i) => i), target: new Float32Array(12) };
  const { loss } = await runProgram(trace.program({ loss: crossEntropy(logits, target) }), tensors);
  assert.equal(Math.abs(loss[0]), 0);
});

test('ranks with other numbers of images and of ignored pixels have the cross-entropy of the whole batch', async () => {
  const labels: RankLabels = [
    { logits: [...operand([1, 3, 1, 4], 1).data], target: oneHot([-1, -1, -1, 2]) },
    { logits: [...operand([2, 3, 1, 4], 2).data], target: oneHot([0, 1, 2, 0, 1, -1, 2, 2]) },
  ];
  const task = new URL('../../../test/rankCrossEntropy.js', import.meta.url);
  const whole = {
    logits: labels.flatMap(({ logits }) => logits),
    target: labels.flatMap(({ target }) => target),
  };
  const [alone] = await inRanks<RankLabels, RankLoss>(1, task, [whole]);
  const found = await inRanks<RankLabels, RankLoss>(2, task, labels);
  for (const { loss } of found) assertClose([loss], [alone.loss], 'loss');
  const gradients = found.flatMap(({ gradient }) => gradient);
  assertClose(gradients, alone.gradient, 'gradient');
});
