import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contents, dataroot, epochOf, names, withDataset } from '../../test/fixtures/pairedImages.js';
import type { Batch } from './batch/sample.js';

// One image that is unlike the others ends no training: it is left out, as broken ones are, unless --strict.

for (const numThreads of [0, 2]) {
  const where = numThreads === 0 ? 'in this thread' : 'in another thread';

  test(`${where}: an image of another size than most is replaced in its batch, wherever it begins`, async () => {
    const odd = { numThreads, phase: 'odd', preprocess: 'none', batchSize: 2 } as const;
    const whole = await withDataset(odd, async (dataset, warnings) => {
      const batches = [...(await epochOf(dataset)), ...(await epochOf(dataset))];
      assert.deepEqual(new Set(batches.map(({ A }) => A.shape.join())), new Set(['2,16,24,3']));
      assert.ok(!names(batches).includes('3'));
      assert.equal(warnings.length, 1);
      assert.match(
        warnings[0],
        /odd.3\.png is left out: it becomes 32x16, 3 channels; most images become 24x16, 3 channels,/,
      );
      return contents(batches.slice(3)); // the second epoch
    });
    const continued = await withDataset({ ...odd, epochCount: 2 }, async (dataset) => {
      return contents(await epochOf(dataset));
    });
    assert.deepEqual(continued, whole);
  });
}

test('with --strict it stops the run, and is named', async () => {
  const odd = { phase: 'odd', preprocess: 'none', batchSize: 6, strict: true } as const;
  await withDataset(odd, async (dataset) => {
    await assert.rejects(
      epochOf(dataset),
      /file +\S*3\.png\n +reason +it becomes 32x16[\s\S]*fix +resize it, or pass --preprocess resize_and_crop or --batch_size 1/,
    );
  });
});

test('an image that the networks cannot take is left out where images have sizes of their own', async () => {
  const fitting = { phase: 'fitting', preprocess: 'none', model: 'pix2pix', netG: 'unet_32' } as const;
  await withDataset(fitting, async (dataset, warnings) => {
    const batches = await epochOf(dataset);
    assert.deepEqual(new Set(batches.map(({ A }) => A.shape.join())), new Set(['1,32,32,3']));
    assert.deepEqual(names(batches).includes('4'), false);
    assert.match(
      warnings.join(),
      /4\.png is left out: its 32x16 pixels become 32x16, and the networks take multiples of 32$/,
    );
  });
  await withDataset({ ...fitting, strict: true }, async (dataset) => {
    await assert.rejects(
      epochOf(dataset),
      /4\.png[\s\S]*fix +resize it to 32x32, or pass --preprocess resize_and_crop/,
    );
  });
  const scaled = { ...fitting, preprocess: 'scale_width', loadSize: 40, cropSize: 8 } as const;
  await withDataset(scaled, async (dataset) => {
    await assert.rejects(
      epochOf(dataset),
      /no image of the data set[\s\S]*become 40x\d+[\s\S]*--load_size 32/,
    );
  });
});

test('a test takes images that scale_width makes of any height, with mirrored edges that are cut off the results', async () => {
  const scaled = { preprocess: 'scale_width', cropSize: 8, isTrain: false, serialBatches: true } as const;
  const resnet = { ...scaled, phase: 'odd', netG: 'resnet_6blocks' } as const;
  const sizes = ({ A, size }: Batch) => [A.shape.slice(1, 3).join(), size?.height, size?.width];
  await withDataset({ ...resnet, model: 'pix2pix', loadSize: 20 }, async (dataset, warnings) => {
    const batches = (await epochOf(dataset)).map(sizes);
    assert.deepEqual(batches[0], ['16,20', 13, 20]); // int(20 * 16 / 24), as the reference's __scale_width
    assert.deepEqual(batches[3], ['12,20', 10, 20]); // of 32x16
    assert.deepEqual(warnings, []);
  });
  const unaligned = { ...resnet, model: 'cycle_gan', datasetMode: 'unaligned', loadSize: 54 } as const;
  await withDataset(unaligned, async (dataset, warnings) => {
    const batches = await epochOf(dataset);
    assert.deepEqual(sizes(batches[0]), ['20,56', 18, 54]); // of 48x16
    assert.match(warnings.join(), /oddB.3\.png is left out/); // 64x16
  });
  await withDataset({ ...unaligned, strict: true }, async (dataset) => {
    await assert.rejects(epochOf(dataset), /fix +.*one side alone: --model test --model_suffix _A/);
  });
});

test('a crop that is larger than an image is refused with what fits, and never filled with black', async () => {
  const crop = { phase: 'fitting', preprocess: 'crop', cropSize: 20 } as const;
  await withDataset(crop, async (dataset, warnings) => {
    const batches = await epochOf(dataset);
    assert.deepEqual(new Set(batches.map(({ A }) => A.shape.join())), new Set(['1,20,20,3']));
    assert.match(
      warnings.join(),
      /fitting.4\.png is left out: the crop is larger than the image: 20 of 32x16 pixels$/,
    );
    // in B blue is 255 everywhere, so that black would show
    for (const { B } of batches) assert.ok(B.data.every((byte, i) => i % 3 !== 2 || byte === 255));
  });
  await withDataset({ ...crop, cropSize: 40 }, async (dataset) => {
    await assert.rejects(
      epochOf(dataset),
      /the crop is larger than the image: 40 of 32x\d\d[\s\S]*resize_and_crop, or a smaller --crop_size: (32|16) for/,
    );
  });
});

test('unpaired images of one size, and one of another: whatever it comes with is left out', async () => {
  const odd = { phase: 'odd', preprocess: 'none', datasetMode: 'unaligned' } as const;
  await withDataset(odd, async (dataset, warnings) => {
    const batches = [...(await epochOf(dataset)), ...(await epochOf(dataset)), ...(await epochOf(dataset))];
    assert.equal(batches.length, 18);
    for (const { A, B } of batches)
      assert.deepEqual(
        [A.shape, B.shape],
        [
          [1, 16, 48, 3],
          [1, 16, 48, 3],
        ],
      );
    assert.match(
      warnings.join(),
      /oddB.3\.png is left out: it becomes 64x16 pixels, and \S*oddA.\d\.png, which/,
    );
  });
});

test('two files of a pair that differ in size are taken where each is resized, and the first such pair is named', async () => {
  for (const [side, image] of [
    ['A', 0],
    ['B', 3],
  ] as const) {
    const folder = join(dataroot, `unequal${side}`);
    mkdirSync(folder);
    for (const i of [0, 1]) copyFileSync(join(dataroot, 'oddB', `${image}.png`), join(folder, `${i}.png`));
  }
  await withDataset({ phase: 'unequal', preprocess: 'resize_and_crop' }, async (dataset, warnings) => {
    assert.equal((await epochOf(dataset)).length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /unequalB.\d\.png: it has 64x16 pixels, its partner \S*unequalA.\d\.png 48x16/);
  });
});
