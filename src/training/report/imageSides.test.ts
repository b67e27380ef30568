import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { makeDataset, TINY, temporaryFolder } from '../../../test/tinyRun.js';
import { trainingHere } from '../../../test/told.js';
import type { GeometryOptions } from '../../data/batch/geometry.js';
import { findImages } from '../../data/pair/imageFolder.js';
import { imageSides, stretching } from './imageSides.js';

const root = temporaryFolder();

/** A folder with one image of this size. */
async function folderOf(name: string, width: number, height: number) {
  const folder = join(root, name);
  mkdirSync(folder);
  const image = sharp({ create: { width, height, channels: 3, background: 'red' } });
  writeFileSync(join(folder, '1.png'), await image.png().toBuffer());
  return findImages(folder);
}

test('pairs side by side, sides apart, single images', async () => {
  const wide = await folderOf('wide', 60, 40);
  const square = await folderOf('square', 40, 40);
  assert.equal(await imageSides([wide], 'aligned'), 'A and B 30x40 (halves of 60x40)');
  assert.equal(await imageSides([square, square], 'aligned'), 'A and B 40x40');
  assert.equal(await imageSides([wide, square], 'unaligned'), 'A 60x40, B 40x40');
  assert.equal(await imageSides([wide], 'colorization'), '60x40');
});

test('images that a width alone would make lower than the crop are stretched, as the reference does, and it is said', async () => {
  const wide = await folderOf('120x30', 120, 30);
  const opt = { loadSize: 60, cropSize: 32, noFlip: true, isTrain: true, datasetMode: 'unaligned' } as const;
  const said = (preprocess: GeometryOptions['preprocess'], more = {}) =>
    stretching([wide, wide], { ...opt, preprocess, ...more });
  for (const preprocess of ['scale_width', 'scale_width_and_crop'] as const) {
    assert.match(String(await said(preprocess)), /from 120x30 to 60x32: .* from --load_size 128 on$/);
    assert.equal(await said(preprocess, { loadSize: 128 }), undefined);
  }
  assert.equal(await said('resize_and_crop'), undefined);
  const pairs = { ...opt, preprocess: 'scale_width', datasetMode: 'aligned' } as const;
  assert.match(String(await stretching([wide], pairs)), /from 60x30 to 60x32: .* from --load_size 64 on$/);
});

test('nothing is said where nothing can be', async () => {
  assert.equal(await imageSides([], 'mnist'), undefined);
  const broken = join(root, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, '1.png'), 'no image');
  assert.equal(await imageSides([await findImages(broken)], 'aligned'), undefined);
});

test('the first line of a training says it', async () => {
  const dataroot = await makeDataset(join(root, 'data'), { train: 3, val: 1 });
  const argv = ['--dataroot', dataroot, '--checkpoints_dir', root, ...TINY, '--max_steps', '1'];
  const { stdout } = await trainingHere(...argv);
  assert.match(
    stdout,
    /^training on 3 images, A and B \d+x\d+ \(halves of \d+x\d+\), kept in memory \([^)]+\), validating on 1$/m,
  );
});
