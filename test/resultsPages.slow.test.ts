import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { makeDataset, pix2pix, TINY, temporaryFolder } from './tinyRun.js';

// What several runs of `pix2pix test` leave in the folder of results.

const folder = temporaryFolder();
const results = (...path: string[]) => join(folder, 'results', ...path);

function succeed(...argv: readonly string[]): string {
  const { status, stdout, stderr } = pix2pix(folder, argv);
  assert.equal(status, 0, stderr);
  return stdout;
}

before(async () => {
  await makeDataset(join(folder, 'data'), { train: 3, test: 3 });
  succeed('train', '--dataroot', 'data', ...TINY, '--max_steps', '1', '--name', 'pairs');
});

test('of fewer images than before no old picture stays, and nothing of anybody else goes', () => {
  succeed('test', '--name', 'pairs');
  const images = results('pairs', 'test_latest', 'images');
  assert.equal(readdirSync(images).length, 9);
  writeFileSync(join(images, 'mine.png'), '');
  succeed('test', '--name', 'pairs', '--num_test', '1');
  const expected = ['0_fake_B.png', '0_real_A.png', '0_real_B.png', 'mine.png'];
  assert.deepEqual(readdirSync(images).sort(), expected);
});

test('--model test leaves a measured page alone', () => {
  const measured = () => readFileSync(results('pairs', 'test_latest', 'index.html'), 'utf8');
  const page = measured();
  assert.match(page, /<table>/);
  const single = ['test', '--model', 'test', '--name', 'pairs', '--dataroot', 'data/test'];
  for (let i = 0; i < 2; i++)
    assert.match(succeed(...single), /^results: results.pairs.test_latest_single.index\.html$/m);
  assert.equal(measured(), page);
  succeed(...single, '--phase', 'val'); // where nothing is, the reference's folder is taken, again and again
  assert.match(succeed(...single, '--phase', 'val'), /^results: results.pairs.val_latest.index\.html$/m);
});

test('CycleGAN’s pictures of B have B’s names', () => {
  for (const [side, names] of [
    ['A', ['horse1', 'horse2']],
    ['B', ['zebra7', 'zebra8']],
  ] as const)
    for (const phase of ['train', 'test']) {
      mkdirSync(join(folder, 'apart', `${phase}${side}`), { recursive: true });
      names.forEach((name, i) => {
        copyFileSync(
          join(folder, 'data/train', `${i}.png`),
          join(folder, 'apart', `${phase}${side}`, `${name}.png`),
        );
      });
    }
  const small = ['--netG', 'unet_32', '--ngf', '2', '--netD', 'n_layers', '--n_layers_D', '1', '--ndf', '2'];
  const sizes = ['--load_size', '36', '--crop_size', '32', '--num_threads', '0', '--intra_threads', '1'];
  const train = [
    'train',
    '--model',
    'cycle_gan',
    '--dataroot',
    'apart',
    ...small,
    ...sizes,
    '--max_steps',
    '1',
  ];
  succeed(...train, '--name', 'cycle');
  succeed('test', '--name', 'cycle');
  const labels = { horse: ['fake_B', 'real_A', 'rec_A'], zebra: ['fake_A', 'real_B', 'rec_B'] };
  const expected = [
    ...[1, 2].flatMap((n) => labels.horse.map((label) => `horse${n}_${label}.png`)),
    ...[7, 8].flatMap((n) => labels.zebra.map((label) => `zebra${n}_${label}.png`)),
  ];
  assert.deepEqual(readdirSync(results('cycle', 'test_latest', 'images')).sort(), expected);
  const page = readFileSync(results('cycle', 'test_latest', 'index.html'), 'utf8');
  assert.match(page, /<h2>horse1, zebra7<\/h2>/);
});
