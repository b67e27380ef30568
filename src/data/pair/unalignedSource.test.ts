import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { epochOf, options } from '../../../test/fixtures/pairedImages.js';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { augmentation } from '../batch/geometry.js';
import type { Batch } from '../batch/sample.js';
import { createDataset } from '../createDataset.js';
import type { DataOptions } from '../options.js';

const dataroot = temporaryFolder();
const [WIDTH, HEIGHT] = [24, 16];

/** Red is the column, green the row, blue the number of the image. */
async function writeImage(folder: string, number: number): Promise<void> {
  mkdirSync(join(dataroot, folder), { recursive: true });
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) data.set([i % WIDTH, Math.floor(i / WIDTH), number], 3 * i);
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  await sharp(data, { raw }).toFile(join(dataroot, folder, `${number}.png`));
}

for (let i = 0; i < 3; i++) await writeImage('trainA', i);
for (let i = 0; i < 8; i++) await writeImage('trainB', i);

async function epochs(changes: Partial<DataOptions>, count: number): Promise<Batch[][]> {
  const opt = { ...options, datasetMode: 'unaligned', dataroot, ...changes };
  const dataset = await createDataset(opt, { onWarning: assert.fail });
  try {
    const made: Batch[][] = [];
    for (let i = 0; i < count; i++) made.push(await epochOf(dataset));
    return made;
  } finally {
    await dataset.close();
  }
}

const numberOf = (paths: readonly string[]) => Number(basename(paths[0], '.png'));

for (const numThreads of [0, 2]) {
  test(`an epoch goes once through the larger side; B is drawn anew (${numThreads} ahead)`, async () => {
    const [first, second] = await epochs({ numThreads }, 2);
    for (const epoch of [first, second]) {
      assert.equal(epoch.length, 8);
      const counts = [0, 1, 2].map((a) => epoch.filter(({ APaths }) => numberOf(APaths) === a).length);
      assert.deepEqual(counts, [3, 3, 2]);
    }
    const partners = (epoch: Batch[]) =>
      epoch.map(({ APaths, BPaths }) => `${numberOf(APaths)}${numberOf(BPaths)}`);
    assert.notDeepEqual(partners(first), partners(second));
    const again = await epochs({ numThreads: 2 - numThreads }, 1);
    assert.deepEqual(again[0], first, 'the same seed, the same epoch, in any thread');
  });
}

test('in the order of names, image i comes with image i', async () => {
  const [epoch] = await epochs({ serialBatches: true }, 1);
  assert.deepEqual(
    epoch.map(({ APaths }) => numberOf(APaths)),
    [0, 1, 2, 0, 1, 2, 0, 1],
  );
  assert.deepEqual(
    epoch.map(({ BPaths }) => numberOf(BPaths)),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test('both sides are cropped and mirrored, each by itself', async () => {
  const [epoch] = await epochs({ serialBatches: true }, 1);
  let differ = 0;
  for (const [index, { A, B }] of epoch.entries()) {
    for (const [image, purpose] of [
      [A, 'augment'],
      [B, 'augment.B'],
    ] as const) {
      const size = { width: WIDTH, height: HEIGHT };
      const { cropX, cropY, flip } = augmentation(options, options.seed, 1, index, size, purpose);
      assert.deepEqual([...image.data.subarray(0, 2)], [cropX + (flip ? 7 : 0), cropY]);
    }
    if (A.data[0] !== B.data[0] || A.data[1] !== B.data[1]) differ++;
  }
  assert.ok(differ > 4);
});

test('a side that is missing or empty is named', async () => {
  await assert.rejects(epochs({ phase: 'none' }, 1), /no images for phase 'none'[\s\S]*noneA and .*noneB/);
  await writeImage('loneA', 0);
  await assert.rejects(epochs({ phase: 'lone' }, 1), /found[\s\S]*loneA[\s\S]*missing[\s\S]*loneB/);
  mkdirSync(join(dataroot, 'loneB'));
  await assert.rejects(epochs({ phase: 'lone' }, 1), /holds no images[\s\S]*loneB/);
  rmSync(join(dataroot, 'loneA'), { recursive: true });
});

test('single images are A and B alike', async () => {
  const folder = join(dataroot, 'trainA');
  const [epoch] = await epochs({ datasetMode: 'single', dataroot: folder, isTrain: false }, 1);
  assert.deepEqual(
    epoch.map(({ APaths }) => numberOf(APaths)),
    [0, 1, 2],
  );
  for (const { A, B } of epoch) assert.deepEqual(A, B);
  await assert.rejects(
    epochs({ datasetMode: 'single', dataroot: join(dataroot, 'nowhere') }, 1),
    /dataroot is no folder[\s\S]*point --dataroot at a folder of images/,
  );
});
