import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { DROPOUT, makeDataset, pix2pix, TINY, temporaryFolder, textOf, trainHere } from './tinyRun.js';
import { commandHere } from './told.js';

// `pix2pix test` with what a training left behind.

const folder = temporaryFolder();
const IMAGES = 53; // more than the reference's 50
await makeDataset(join(folder, 'data'), { train: 4, val: 1, test: IMAGES });
const schedule = ['--n_epochs', '3', '--n_epochs_decay', '0', '--save_epoch_freq', '1', '--lr', '0.01'];
process.chdir(folder);
await trainHere(['--dataroot', 'data', ...TINY, ...DROPOUT, '--name', 'run', ...schedule]);

const flags = ['--name', 'run', '--intra_threads', '1'];
const translate = (...more: string[]) => commandHere('test', ...flags, ...more);
const results = (...path: string[]) => join(folder, 'results', 'run', ...path);

test('without a flag of the training it translates all images and tells how far they are from their targets', async () => {
  const { status, stdout, stderr } = pix2pix(folder, ['test', ...flags]);
  assert.equal(status, 0, stderr);
  const [, l1, psnr, ssim] =
    /^53 images: L1 (\d\.\d{4}), PSNR (\d+\.\d\d) dB, SSIM (-?\d\.\d{4})\nresults: results.run.test_latest.index\.html$/m.exec(
      stdout,
    )!;
  const html = textOf(results('test_latest', 'index.html'));
  assert.equal(html.match(/<section id="image-/g)?.length, IMAGES);
  assert.match(html, new RegExp(`<th>${l1}</th><th>${psnr}</th><th>${ssim}</th>`));
  const pictures = [...html.matchAll(/<img [^>]*src="([^"]+)"/g)].map(([, source]) => source);
  assert.equal(pictures.length, 3 * IMAGES);

  // The mean over what the page shows, computed anew from its files.
  let sum = 0;
  for (let i = 0; i < IMAGES; i++) {
    const [fake, real] = await Promise.all(
      ['fake_B', 'real_B'].map((name) => pixels(results('test_latest', 'images', `${i}_${name}.png`))),
    );
    sum += fake.reduce((total, byte, at) => total + Math.abs(byte - real[at]), 0) / fake.length / 127.5;
  }
  assert.equal((sum / IMAGES).toFixed(4), l1);
  assert.match(textOf(folder, 'checkpoints', 'run', 'test_opt.txt'), /^ +load_size: 64 /m);
});

const pixels = (path: string) => sharp(path).raw().toBuffer();

/** The translation of the first image, as a file. */
async function firstFake(tag: string, ...more: string[]): Promise<Buffer> {
  rmSync(results(), { recursive: true, force: true });
  const { status, stderr } = await translate('--num_test', '1', ...more);
  assert.equal(status, 0, stderr);
  const images = results(tag, 'images');
  assert.equal(readdirSync(images).length, 3);
  return readFileSync(join(images, '0_fake_B.png'));
}

test('batch statistics and dropout are as in training unless --eval, and the same every time', async () => {
  const asTrained = await firstFake('test_latest');
  assert((await firstFake('test_latest')).equals(asTrained));
  const evaluated = await firstFake('test_latest', '--eval');
  assert(!evaluated.equals(asTrained));
  assert((await firstFake('test_latest', '--eval')).equals(evaluated));
  assert((await firstFake('test_latest', '--eval', '--seed', '5')).equals(evaluated), 'there is no dropout');
  assert(!(await firstFake('test_latest', '--seed', '5')).equals(asTrained));
});

test('--epoch chooses the checkpoint, --phase and --dataroot the images', async () => {
  const best = await firstFake('val_best', '--epoch', 'best', '--phase', 'val');
  const first = await firstFake('val_1', '--epoch', '1', '--phase', 'val');
  assert(!first.equals(best));
  const elsewhere = await translate('--dataroot', 'nowhere');
  assert.equal(elsewhere.status, 1);
  assert.match(elsewhere.stderr, /^error: the dataroot is no folder/);
});

test('--num_test takes the first images, --aspect_ratio stretches what is shown', async () => {
  const { status, stdout } = await translate(
    '--num_test',
    '2',
    '--aspect_ratio',
    '2',
    '--results_dir',
    'stretched',
  );
  assert.equal(status, 0);
  assert.match(stdout, /^2 images: /m);
  const images = join(folder, 'stretched', 'run', 'test_latest', 'images');
  assert.deepEqual(readdirSync(images).length, 6);
  const { width, height } = await sharp(join(images, '0_fake_B.png')).metadata();
  assert.deepEqual([width, height], [64, 128]);
});
