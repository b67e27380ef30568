import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { COUNT, dataroot, epochOf, names, options, withDataset } from '../../test/fixtures/pairedImages.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { epochOrder } from './batch/epochOrder.js';
import { augmentation } from './batch/geometry.js';
import type { ImageBatch } from './batch/imageBatch.js';
import { createDataset } from './createDataset.js';
import { registerDataset } from './datasetRegistry.js';
import { BadImageError } from './decode/badImage.js';
import type { DataOptions } from './options.js';

for (const numThreads of [0, 3]) {
  const where = numThreads === 0 ? 'in this thread' : 'in another thread';

  test(`${where}: an epoch uses every file once, in the order of (seed, epoch), and epochs differ`, async () => {
    await withDataset({ numThreads, batchSize: 3 }, async (dataset) => {
      assert.equal(dataset.length, COUNT);
      assert.equal(dataset.batchesPerEpoch, 3);
      const orders: string[] = [];
      for (let epoch = 1; epoch <= 3; epoch++) {
        assert.equal(dataset.epoch, epoch);
        const batches = await epochOf(dataset);
        assert.deepEqual(
          batches.map(({ A }) => A.shape),
          [
            [3, 8, 8, 3],
            [3, 8, 8, 3],
            [1, 8, 8, 3],
          ],
        );
        const plan = { length: COUNT, seed: options.seed, shuffle: true };
        assert.deepEqual(names(batches), [...epochOrder(plan, epoch)].map(String));
        assert.deepEqual(names(batches).sort(), ['0', '1', '2', '3', '4', '5', '6']);
        orders.push(names(batches).join());
      }
      assert.equal(new Set(orders).size, 3);
      assert.ok(dataset.waitedMs > 0);
    });
  });

  test(`${where}: A and B get the crop and flip that augmentation() names`, async () => {
    await withDataset({ numThreads }, async (dataset) => {
      for (const { A, B, APaths, BPaths } of await epochOf(dataset)) {
        assert.deepEqual(APaths, BPaths);
        const index = Number(names([{ A, B, APaths, BPaths }])[0]);
        const { cropX, cropY, flip } = augmentation(options, options.seed, 1, index, {
          width: 24,
          height: 16,
        });
        for (const [image, blue] of [
          [A, 0],
          [B, 255],
        ] as [ImageBatch, number][]) {
          for (let y = 0; y < 8; y++) {
            for (let x = 0; x < 8; x++) {
              const pixel = [...image.data.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)];
              assert.deepEqual(pixel, [cropX + (flip ? 7 - x : x), cropY + y, blue]);
            }
          }
        }
      }
    });
  });

  test(`${where}: bad images are named once and replaced by the next good one in order`, async () => {
    await withDataset({ numThreads, phase: 'broken', batchSize: 4 }, async (dataset, warnings) => {
      const order = [...epochOrder({ length: 6, seed: options.seed, shuffle: true }, 1)];
      const good = new Set([0, 2, 5]);
      const replaced = order.map((_, place) => {
        const rest = [...order.slice(place), ...order.slice(0, place)];
        return String(rest.find((index) => good.has(index)));
      });
      const batches = await epochOf(dataset);
      assert.deepEqual(names(batches), replaced);
      assert.deepEqual(
        batches.map(({ A }) => A.shape[0]),
        [4, 2],
      );
      await epochOf(dataset);
      assert.equal(warnings.length, 3);
      const all = warnings.sort().join('\n');
      assert.match(all, /1\.png.*no JPEG[\s\S]*3\.png.*zero bytes[\s\S]*4\.png.*13 pixels wide/);
    });
  });

  test(`${where}: with --strict a bad image stops the run`, async () => {
    await withDataset({ numThreads, phase: 'broken', strict: true }, async (dataset) => {
      await assert.rejects(epochOf(dataset), (error) => {
        assert.ok(error instanceof Pix2PixError);
        assert.match(error.message, /file +\S*[134]\.png[\s\S]*fix/);
        return true;
      });
    });
  });

  test(`${where}: images of two sizes are no batch`, async () => {
    await withDataset({ numThreads, phase: 'mixed', preprocess: 'none', batchSize: 2 }, async (dataset) => {
      await assert.rejects(
        epochOf(dataset),
        /differ in size[\s\S]*24x16[\s\S]*32x16|differ in size[\s\S]*32x16[\s\S]*24x16/,
      );
    });
    await withDataset({ numThreads, phase: 'mixed', preprocess: 'none' }, async (dataset) => {
      assert.equal((await epochOf(dataset)).length, 2);
    });
  });

  test(`${where}: no usable image at all is an error, not an endless search`, async () => {
    await withDataset({ numThreads, phase: 'ruined' }, async (dataset) => {
      await assert.rejects(epochOf(dataset), /no image of the data set can be used[\s\S]*0\.png/);
    });
  });
}

test('at test time images come in order, unmirrored, and bad ones are left out', async () => {
  await withDataset({ isTrain: false, preprocess: 'none' }, async (dataset) => {
    const batches = await epochOf(dataset);
    assert.deepEqual(names(batches), ['0', '1', '2', '3', '4', '5', '6']);
    for (const { A } of batches) assert.equal(A.data[0], 0);
  });
  await withDataset({ isTrain: false, phase: 'broken', batchSize: 2 }, async (dataset, warnings) => {
    const batches = await epochOf(dataset);
    assert.deepEqual(
      batches.map(({ A }) => A.shape[0]),
      [1, 1, 1],
    );
    assert.deepEqual(names(batches), ['0', '2', '5']);
    assert.equal(warnings.length, 3);
  });
});

test('the options of a test say no epoch: it is the first', async () => {
  for (const numThreads of [0, 2]) {
    const { epochCount: _, ...ofTest } = { ...options, isTrain: false, numThreads };
    const dataset = await createDataset(ofTest);
    try {
      assert.equal(dataset.epoch, 1);
      assert.deepEqual(names(await epochOf(dataset)), ['0', '1', '2', '3', '4', '5', '6']);
    } finally {
      await dataset.close();
    }
  }
});

test('serial_batches, max_dataset_size and epoch_count', async () => {
  await withDataset({ serialBatches: true, maxDatasetSize: 3, epochCount: 4 }, async (dataset) => {
    assert.equal(dataset.length, 3);
    assert.equal(dataset.epoch, 4);
    assert.deepEqual(names(await epochOf(dataset)), ['0', '1', '2']);
  });
});

test('direction says which image has which channels, and does not swap them', async () => {
  for (const [direction, inputNc, outputNc, a, b] of [
    ['AtoB', 1, 3, 1, 3],
    ['BtoA', 1, 3, 3, 1],
  ] as const) {
    await withDataset({ direction, inputNc, outputNc }, async (dataset) => {
      const [{ A, B }] = await epochOf(dataset);
      assert.deepEqual([A.shape[3], B.shape[3]], [a, b]);
      assert.equal(A.data.length, 64 * a);
      if (b === 3) assert.equal(B.data[2], 255);
    });
  }
});

test('separate folders: both files get one geometry, and their sizes must agree', async () => {
  for (const phase of ['twoA', 'twoB']) mkdirSync(join(dataroot, phase));
  const plain = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#808080' } }).jpeg();
  await plain(20, 20).toFile(join(dataroot, 'twoA', '1.jpg'));
  await plain(20, 20).toFile(join(dataroot, 'twoB', '1.jpg'));
  await plain(20, 20).toFile(join(dataroot, 'twoA', '2.jpg'));
  await plain(20, 24).toFile(join(dataroot, 'twoB', '2.jpg'));
  await withDataset({ phase: 'two' }, async (dataset, warnings) => {
    const batches = await epochOf(dataset);
    assert.equal(batches.length, 2);
    assert.deepEqual(batches[0].BPaths, [join(dataroot, 'twoB', '1.jpg')]);
    assert.match(warnings[0], /twoB.2\.jpg is left out.*20x24 pixels, its partner .*20x20/);
  });
  await withDataset({ phase: 'two', preprocess: 'resize_and_crop' }, async (dataset, warnings) => {
    assert.equal((await epochOf(dataset)).length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /twoB.2\.jpg: it has 20x24 pixels, its partner .* 20x20.*are they aligned\?/);
  });
});

test('a registered data set is used by name, and its bad samples are left out', async () => {
  const sample = (index: number, epoch: number, seed: number) => {
    if (index === 1) throw new BadImageError('virtual-1', 'it is the bad one');
    const image: ImageBatch = { data: Uint8Array.of(index, epoch, seed), shape: [1, 1, 1, 3] };
    return { A: image, B: image, APaths: [`virtual-${index}`], BPaths: [`virtual-${index}`] };
  };
  let closed = false;
  registerDataset('virtual', () => ({
    length: 3,
    get: (index, { epoch, seed }) => sample(index, epoch, seed),
    close: () => {
      closed = true;
    },
  }));
  await withDataset(
    { datasetMode: 'virtual', serialBatches: true, epochCount: 2 },
    async (dataset, warnings) => {
      const batches = await epochOf(dataset);
      assert.deepEqual(
        batches.map(({ A }) => [...A.data]),
        [
          [0, 2, 5],
          [2, 2, 5],
          [2, 2, 5],
        ],
      );
      assert.deepEqual(warnings, ['virtual-1 is left out: it is the bad one']);
    },
  );
  assert.ok(closed);
});

test('options that cannot work are refused before any image is read', async () => {
  const refused = (more: Partial<DataOptions>, pattern: RegExp) =>
    assert.rejects(createDataset({ ...options, ...more }), (error) => {
      assert.ok(error instanceof Pix2PixError);
      assert.match(error.message, pattern);
      return true;
    });
  await refused({ datasetMode: 'alined' }, /alined[\s\S]*aligned/);
  await refused({ inputNc: 4, valueRange: '0,1,0,2' }, /ranges +2[\s\S]*input_nc +4/);
  await refused({ inputNc: 4, colorJitter: 0.1 }, /--photo_side/);
  await refused(
    { preprocess: 'resize_and_crop', loadSize: 4 },
    /load_size +4[\s\S]*crop_size +8[\s\S]*--load_size 8/,
  );
  const cropped = { preprocess: 'resize_and_crop', cropSize: '16x8' } as const;
  await refused(
    { ...cropped, loadSize: 12 },
    /load_size +12\n[\s\S]*crop_size +16x8[\s\S]*--load_size 16x8 or more/,
  );
  await refused({ ...cropped, loadSize: '16x7' }, /the crop is larger than the image/);
  const scaled = { preprocess: 'scale_width_and_crop', isTrain: true } as const;
  await refused(
    { ...scaled, loadSize: '16x8', cropSize: 8 },
    /--load_size 16x8 and --preprocess scale_width_and_crop contradict[\s\S]*--load_size 16, or/,
  );
  await refused({ dataroot: join(dataroot, 'absent') }, /is no folder/);
  registerDataset('hollow', () => ({ length: 0, get: () => assert.fail() }));
  await refused({ datasetMode: 'hollow' }, /empty/);
});

test('options of labels and of bands that would have no effect are refused', async () => {
  const refused: [Partial<DataOptions>, RegExp][] = [
    [{ ignoreLabel: 255 }, /--ignore_label is about labels[\s\S]*--label_nc/],
    [{ labelPalette: '000000,ff0000' }, /--label_palette is about labels/],
    [{ inputNc: 5, showBands: '4,3,5' }, /names a channel that no image has[\s\S]*the last one is 4/],
    [{ showBands: '3' }, /no image has/],
  ];
  for (const [more, message] of refused)
    await assert.rejects(createDataset({ ...options, ...more }), message);
});
