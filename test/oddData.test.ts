import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { makeDataset, root, TINY, temporaryFolder } from './tinyRun.js';
import { trainingHere } from './told.js';

// Data and options that would train on something else than was meant: what the command line says of them.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, test: 1 });
process.chdir(folder);
const train = (name: string, ...more: string[]) =>
  trainingHere(...TINY, '--max_steps', '4', '--name', name, ...more);

async function grey(width: number, height: number, ...path: string[]): Promise<void> {
  const create = { width, height, channels: 3, background: '#777' } as const;
  await sharp({ create })
    .png()
    .toFile(join(folder, ...path));
}

test('one image of an odd size among good ones is left out, and the run ends with its checkpoint', async () => {
  mkdirSync(join(folder, 'odd', 'train'), { recursive: true });
  for (const name of ['1.png', '2.png', '3.png', '4.png']) await grey(64, 32, 'odd', 'train', name);
  await grey(100, 40, 'odd', 'train', '5.png');
  for (const batch of ['1', '2']) {
    const argv = ['--dataroot', 'odd', '--preprocess', 'none', '--batch_size', batch];
    const { status, stdout, stderr } = await train(`odd${batch}`, ...argv, '--max_steps', '6');
    assert.equal(status, 0, stderr);
    assert.equal(
      stdout.match(/^warning: odd.train.5\.png is left out: its 50x40 pixels become/gm)?.length,
      1,
      stdout,
    );
    assert.match(stdout, /^saved latest/m);
  }
  const strict = await train(
    'strict',
    '--dataroot',
    'odd',
    '--preprocess',
    'none',
    '--strict',
    '--max_steps',
    '6',
  );
  assert.equal(strict.status, 1);
  assert.match(
    strict.stderr,
    /file +odd.train.5\.png\n[\s\S]*fix +resize it to 64x32, or pass --preprocess resize_and_crop or pad$/m,
  );
});

test('images that are smaller than the crop are not filled with black', async () => {
  const { status, stderr } = await train(
    'crop',
    '--dataroot',
    'data',
    '--preprocess',
    'crop',
    '--crop_size',
    '64',
  );
  assert.equal(status, 1);
  assert.match(stderr, /^error: no image of the data set can be used\n/);
  assert.match(
    stderr,
    /data.train.\d\.png\n +reason +the crop is larger than the image: 64 of 36x36 pixels\n/,
  );
  assert.match(
    stderr,
    /fix +pass --preprocess resize_and_crop, or a smaller --crop_size: 32 for this one, or point/,
  );
});

test('a data set that a model can make nothing of is refused before anything is made', async () => {
  const { status, stderr } = await train('mixed', '--dataroot', 'data', '--dataset_mode', 'unaligned');
  assert.equal(status, 1);
  assert.match(stderr, /^error: --model pix2pix can make nothing of --dataset_mode unaligned\n/);
  assert.match(stderr, /or pass --model cycle_gan\n/);
});

test('12 bits in 16, further bands and files of other kinds are told of, once', async () => {
  for (const side of ['trainA', 'trainB']) mkdirSync(join(folder, 'kinds', side), { recursive: true });
  const images = join(root, 'test', 'fixtures', 'images');
  const put = (image: string, name: string) => copyFileSync(join(images, image), join(folder, 'kinds', name));
  for (const i of [1, 2]) {
    put('gray12in16.png', `trainA/${i}.png`);
    put(i === 1 ? 'bands4.tif' : 'rgb.ppm', `trainB/${i}.${i === 1 ? 'tif' : 'ppm'}`);
  }
  put('make.py', 'trainA/make.py');
  const { status, stdout, stderr } = await train('kinds', '--dataroot', 'kinds');
  assert.equal(status, 0, stderr);
  for (const warning of [
    /^warning: kinds.trainA: 1 file is no image by its name and was passed over: 1 \.py$/gm,
    /^warning: kinds.trainA.[12]\.png: its values go up to \d+ of 65535, so it is seen at 6\.\d % of full/gm,
    /^warning: kinds.trainB.1\.tif: it has 4 bands, of which only the first, as grey, is seen/gm,
  ])
    assert.equal(stdout.match(warning)?.length, 1, `${warning}: ${stdout}`);
});
