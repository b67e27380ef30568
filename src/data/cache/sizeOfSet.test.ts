import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { COUNT, dataroot, withDataset } from '../../../test/fixtures/pairedImages.js';
import { registerDataset } from '../datasetRegistry.js';
import type { DataOptions } from '../options.js';

const sizeOf = (more: Partial<DataOptions>) => withDataset(more, (dataset) => dataset.sizeInMemory());

test('the size of a set in memory: all images, resized, as colours or as luma', async () => {
  const resized = { preprocess: 'resize_and_crop', loadSize: 12 } as const;
  const square = COUNT * 12 * 12;
  for (const [more, bytesOfPixels] of [
    [{}, 3 + 3],
    [{ inputNc: 1 }, 1 + 3],
    [{ inputNc: 1, outputNc: 1, direction: 'BtoA' }, 1 + 1],
    [{ inputNc: 1, rotate: 5 }, 3 + 3], // a turn comes before colours are taken away
    [{ inputNc: 1, outputNc: 1, colorJitter: 0.5 }, 3 + 1],
    [{ inputNc: 1, outputNc: 1, colorJitter: 0.5, photoSide: 'B' }, 1 + 3],
    [{ inputNc: 1, outputNc: 1, colorJitter: 0.5, direction: 'BtoA' }, 3 + 1],
  ] as [Partial<DataOptions>, number][])
    assert.equal(await sizeOf({ ...resized, ...more }), square * bytesOfPixels, JSON.stringify(more));
  assert.equal(await sizeOf({ ...resized, maxDatasetSize: 2 }), 2 * 12 * 12 * 6);
});

test('where files decide, some are looked at: those of 24×16, broken ones, and of several sizes', async () => {
  assert.equal(await sizeOf({ preprocess: 'crop' }), COUNT * 24 * 16 * 6);
  assert.equal(await sizeOf({ preprocess: 'none' }), COUNT * 24 * 16 * 6);
  assert.equal(await sizeOf({ preprocess: 'scale_width', loadSize: 36 }), COUNT * 36 * 24 * 6);
  // one of 24×16 and one of 32×16
  assert.equal(await sizeOf({ phase: 'mixed', preprocess: 'none' }), 2 * 28 * 16 * 6);
  // no image and an empty file among six: the mean of three of 24×16 and one that is 13×8 as a whole
  const broken = (3 * 24 * 16 + 6.5 * 8) / 4;
  assert.equal(await sizeOf({ phase: 'broken', preprocess: 'crop' }), 6 * broken * 6);
  assert.equal(await sizeOf({ phase: 'ruined', preprocess: 'crop' }), 0);
});

test('two folders, one folder, and images that are no files', async () => {
  assert.equal(
    await sizeOf({ phase: 'odd', datasetMode: 'aligned', preprocess: 'resize_and_crop' }),
    6 * 12 * 12 * 6,
  );
  const lone = { datasetMode: 'unaligned', phase: 'odd', preprocess: 'resize_and_crop' } as const;
  assert.equal(await sizeOf(lone), (6 + 6) * 12 * 12 * 3);
  // a limit is one of samples: each of them may come with any image of B
  assert.equal(await sizeOf({ ...lone, maxDatasetSize: 2 }), (2 + 6) * 12 * 12 * 3);
  const single = { datasetMode: 'single', dataroot: join(dataroot, 'train') } as const;
  assert.equal(await sizeOf({ ...single, preprocess: 'resize_and_crop', inputNc: 1 }), COUNT * 12 * 12);
  registerDataset('without files', () => ({ length: 1, get: () => assert.fail() }));
  assert.equal(await sizeOf({ datasetMode: 'without files' }), undefined);
});
