import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupScalars } from './scalarGroups.js';

test('losses come first, the machine last and folded', () => {
  const tags = [
    'hardware/cpu',
    'lr',
    'val/SSIM',
    'loss/D_real',
    'val/L1',
    'loss/G_L1',
    'loss/G_GAN',
    'train/acc',
    'x',
  ];
  assert.deepEqual(
    groupScalars(tags).map(
      ({ name, tags, isFolded }) => `${name}: ${tags.join(' ')}${isFolded ? ' (folded)' : ''}`,
    ),
    [
      'loss: loss/G_GAN loss/G_L1 loss/D_real',
      'val: val/L1 val/SSIM',
      'lr: lr',
      'other: x',
      'train: train/acc',
      'hardware: hardware/cpu (folded)',
    ],
  );
});

test('every tag is in one group, whatever it is called', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (tags) => {
      const grouped = groupScalars(tags).flatMap((group) => group.tags);
      assert.deepEqual([...grouped].sort(), [...tags].sort());
    }),
  );
});
