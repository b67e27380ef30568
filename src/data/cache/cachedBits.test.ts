/**
 * Whether images come from files or from memory makes no difference to a training: every way to prepare them, with
 * none, some and all of them in memory.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { contents, epochOf, names, options } from '../../../test/fixtures/pairedImages.js';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { RandomStream } from '../../base/random/stream.js';
import { preprocessModes } from '../../options/baseOptions.js';
import { createDataset } from '../createDataset.js';
import type { DataOptions } from '../options.js';

const dataroot = join(temporaryFolder(), 'data');
const COUNT = 6;
const EPOCHS = 3;
await makeImages();

/** Noise, so that no two places of no two images look alike: pairs, their sides, and sets without pairs, of 8 and of 16 bits. */
async function makeImages(): Promise<void> {
  const noise = (width: number, height: number, channels: 1 | 3, seed: number) => {
    const random = new RandomStream(seed, 'test.noise', []);
    const data = Uint8Array.from({ length: width * height * channels }, () => random.integer(256));
    return sharp(data, { raw: { width, height, channels } });
  };
  for (const [phase, width, height] of [
    ['train', 48, 20],
    ['twoA', 24, 20],
    ['twoB', 24, 20],
    ['loneA', 22, 30],
    ['loneB', 26, 20],
  ] as const) {
    mkdirSync(join(dataroot, phase), { recursive: true });
    for (let i = 0; i < COUNT; i++) {
      const file = join(dataroot, phase, `${i}.png`);
      const image = noise(width, height, i === 1 ? 1 : 3, i + 100 * width + phase.charCodeAt(3));
      await (i === 2 ? image.toColourspace('rgb16') : image).png().toFile(file);
      utimesSync(file, 1e9, 1e9);
    }
  }
}

type More = Partial<DataOptions>;

/** All that comes in some epochs, with so many bytes for images. */
async function epochs(more: More, bytes: number, afterFirst = () => {}): Promise<unknown[]> {
  const dataset = await createDataset({ ...options, dataroot, ...more }, { onWarning: () => {} });
  try {
    if (bytes > 0) dataset.keepImages({ bytes, leaveFree: 0 });
    const all: unknown[] = [];
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      all.push(contents(await epochOf(dataset)));
      if (epoch === 0) afterFirst();
    }
    return all;
  } finally {
    await dataset.close();
  }
}
const AMPLE = 1e9;
/** Enough for some of the images of any of these sets, whose entries take a thousand bytes each besides. */
const SOME = 8000;

const cases: More[] = [
  ...preprocessModes.map((preprocess) => ({ preprocess, loadSize: 18, cropSize: 16 })),
  ...preprocessModes.map((preprocess) => ({ preprocess, loadSize: 30, cropSize: 17, phase: 'two' })),
  { preprocess: 'resize_and_crop', loadSize: 16, cropSize: 16, noFlip: true, batchSize: 4 },
  { batchSize: 4, direction: 'BtoA', inputNc: 1 },
  { batchSize: 3, outputNc: 1, serialBatches: true, preprocess: 'resize_and_crop', loadSize: 33 },
  { rotate: 30, colorJitter: 0.3, cutout: 5, inputNc: 1, outputNc: 1 },
  { rotate: 30, inputNc: 1 },
  { colorJitter: 0.3, photoSide: 'B', outputNc: 1 },
  { datasetMode: 'unaligned', phase: 'lone', preprocess: 'resize_and_crop', inputNc: 1 },
  { datasetMode: 'unaligned', phase: 'lone', colorJitter: 0.3, serialBatches: true },
  { datasetMode: 'single', dataroot: join(dataroot, 'loneA'), batchSize: 2 },
  { datasetMode: 'single', dataroot: join(dataroot, 'loneA'), inputNc: 1, cutout: 4 },
  { datasetMode: 'colorization', phase: 'loneB', inputNc: 1, outputNc: 2 },
];

for (const more of cases) {
  test(`the same bits from memory: ${JSON.stringify({ ...more, dataroot: undefined })}`, async () => {
    const here = { ...more, numThreads: 0 };
    const want = await epochs(here, 0);
    assert.notDeepEqual(want[0], want[1], 'epochs differ');
    for (const bytes of [SOME, AMPLE]) assert.deepEqual(await epochs(here, bytes), want, `${bytes} bytes`);
  });
}

for (const numThreads of [0, 2]) {
  test(`${numThreads} threads: after the first epoch no file is decoded that is kept, and the others are`, async () => {
    const more = { numThreads, phase: 'two' };
    const want = await epochs(more, 0);
    const files = ['twoA', 'twoB'].flatMap((phase) =>
      readdirSync(join(dataroot, phase)).map((name) => join(dataroot, phase, name)),
    );
    const intact = files.map((file) => readFileSync(file));
    const write = (contentsOf: (i: number) => Buffer) => {
      for (const [i, file] of files.entries()) {
        writeFileSync(file, contentsOf(i));
        utimesSync(file, 1e9, 1e9);
      }
    };
    const spoil = () => write((i) => Buffer.alloc(intact[i].length));
    try {
      assert.deepEqual(await epochs({ ...more, numThreads }, AMPLE, spoil), want);
      write((i) => intact[i]);
      const dataset = await createDataset({ ...options, dataroot, ...more }, { onWarning: () => {} });
      dataset.keepImages({ bytes: SOME, leaveFree: 0 });
      const first = names(await epochOf(dataset));
      spoil();
      await epochOf(dataset); // some of it was decoded before
      const later = names(await epochOf(dataset));
      assert.deepEqual(new Set(later), new Set(names(await epochOf(dataset))), 'always the same ones');
      assert.ok(new Set(later).size < new Set(first).size && later.length === first.length);
      await dataset.close();
    } finally {
      write((i) => intact[i]);
    }
  });
}
