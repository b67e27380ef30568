import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { hugePng } from './hugePng.js';
import { makeDataset, pix2pix, stored, TINY, temporaryFolder } from './tinyRun.js';
import { type Told, trainingHere } from './told.js';

// Mistakes of a user and failures of the disk: one message with the fix, exit code 1, nothing lost.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, test: 1 });
process.chdir(folder);
const flags = [...TINY, '--max_steps', '4'];
const train = (...more: string[]) => trainingHere(...flags, ...more);
/** By the program itself: what is not refused by the training, but before or after it. */
const program = (...more: string[]) => pix2pix(folder, ['train', ...flags, ...more]);

/** One message, exit code 1, no stack trace. */
function assertRefused({ status, stderr }: Told, message: RegExp): void {
  assert.equal(status, 1, stderr);
  assert.match(stderr, message);
  assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert(!/^\s+at .*:\d+:\d+\)?$/m.test(stderr), stderr);
}

test('a data root that is missing, empty, or without the phase', async () => {
  assertRefused(
    program('--dataroot', 'nowhere'),
    /^error: the dataroot is no folder\n {2}dataroot +nowhere\n[\s\S]* {2}fix/,
  );
  mkdirSync(join(folder, 'empty', 'train'), { recursive: true });
  assertRefused(
    await train('--dataroot', 'empty'),
    /^error: an image folder holds no images\n {2}folder +empty.train\n/,
  );
  assertRefused(
    await train('--dataroot', 'data', '--phase', 'day'),
    /^error: the dataroot has no images for phase 'day'\n/,
  );
  assertRefused(program(), /^error: --dataroot is missing\n/);
});

test('names without a partner are listed', async () => {
  for (const [side, name] of [
    ['trainA', '1.png'],
    ['trainA', '2.png'],
    ['trainB', '1.png'],
    ['trainB', '3.png'],
  ]) {
    mkdirSync(join(folder, 'apart', side), { recursive: true });
    copyFileSync(join(folder, 'data', 'train', '0.png'), join(folder, 'apart', side, name));
  }
  assertRefused(
    await train('--dataroot', 'apart'),
    /^error: images without a partner of the same name\n.*trainA +2\.png\n.*trainB +3\.png\n/,
  );
});

test('damaged images are named and training goes on without them, unless --strict', async () => {
  await makeDataset(join(folder, 'damaged'), { train: 2 });
  const at = (name: string) => join(folder, 'damaged', 'train', name);
  writeFileSync(at('corrupt.jpg'), Buffer.from('ffd8ffe000104a46494600', 'hex'));
  writeFileSync(at('empty.png'), '');
  writeFileSync(at('huge.png'), hugePng());
  const odd = { create: { width: 73, height: 36, channels: 3, background: '#888' } } as const;
  await sharp(odd).png().toFile(at('odd.png'));

  const { status, stdout, stderr } = await train(
    '--dataroot',
    'damaged',
    '--name',
    'damaged',
    '--max_steps',
    '6',
  );
  assert.equal(status, 0, stderr);
  for (const [file, reason] of [
    ['corrupt.jpg', 'it cannot be decoded: .+'],
    ['empty.png', 'it is empty \\(zero bytes\\)'],
    ['huge.png', 'it has 60000x60000 pixels, more than \\d+ in all'],
    ['odd.png', 'it is 73 pixels wide: an odd width has no two equal halves A\\|B'],
  ]) {
    const warning = new RegExp(`^warning: damaged.train.${file} is left out: ${reason}$`, 'gm');
    assert.equal(stdout.match(warning)?.length, 1, `${file}: ${stdout}`);
  }
  assert.match(stdout, /^saved latest/m);

  const strict = await train('--dataroot', 'damaged', '--name', 'strict', '--strict', '--max_steps', '6');
  assertRefused(
    strict,
    /^error: this image cannot be used\n {2}file +damaged.train.(corrupt|empty|huge|odd)/,
  );
});

test('where every image is damaged it stops', async () => {
  mkdirSync(join(folder, 'ruins', 'train'), { recursive: true });
  for (const name of ['1.png', '2.png']) writeFileSync(join(folder, 'ruins', 'train', name), 'no image');
  assertRefused(
    await train('--dataroot', 'ruins'),
    /^error: no image of the data set can be used\n {2}images +2\n/,
  );
});

test('a size that the U-Net cannot take: which it can', async () => {
  const refused = await train('--dataroot', 'data', '--load_size', '60', '--crop_size', '60');
  assertRefused(
    refused,
    /^error: unet_32 cannot take images of 60×60: width and height must be multiples of 32\n {2}nearest +64×64\n {2}fix +pass --crop_size 64/,
  );
});

test('no epochs to train, or none for a cosine to fall in', async () => {
  const none = await train('--dataroot', 'data', '--n_epochs', '0', '--n_epochs_decay', '0');
  assertRefused(none, /^error: there are no epochs to train\n/);
  const late = await train(
    '--dataroot',
    'data',
    '--n_epochs',
    '2',
    '--n_epochs_decay',
    '2',
    '--epoch_count',
    '5',
  );
  assertRefused(late, /epoch_count +5\n {2}last epoch +4 = n_epochs \+ n_epochs_decay\n/);
  const flat = await train('--dataroot', 'data', '--lr_policy', 'cosine', '--n_epochs', '0');
  assertRefused(flat, /^error: --lr_policy cosine has no epochs to fall in\n/);
  const decay = await train(
    '--dataroot',
    'data',
    '--n_epochs',
    '0',
    '--n_epochs_decay',
    '1',
    '--name',
    'decay',
  );
  assert.equal(decay.status, 0, decay.stderr);
  assert.match(decay.stdout, /^epoch 1\/1 .* lr 1\.00e-4 /m);
});

test('a validation folder that cannot be used costs the validation, not the training', async () => {
  await makeDataset(join(folder, 'novalidation'), { train: 2 });
  mkdirSync(join(folder, 'novalidation', 'val'));
  const argv = [
    '--dataroot',
    'novalidation',
    '--n_epochs',
    '2',
    '--n_epochs_decay',
    '0',
    '--name',
    'novalidation',
  ];
  const { status, stdout, stderr } = await train(...argv);
  assert.equal(status, 0, stderr);
  assert.equal(
    stdout.match(/^warning: there will be no validation: an image folder holds no images$/gm)?.length,
    1,
  );
  assertRefused(await train(...argv, '--strict'), /^error: an image folder holds no images/);

  writeFileSync(join(folder, 'novalidation', 'val', 'bad.png'), 'no image');
  const bad = await train(...argv, '--name', 'badvalidation');
  assert.equal(bad.status, 0, bad.stderr);
  assert.equal(bad.stdout.match(/^warning: novalidation.val.bad.png is left out/gm)?.length, 1, bad.stdout);
  assert.doesNotMatch(bad.stdout, /val L1/);
});

test('a batch larger than the data set is the data set', async () => {
  const { status, stdout, stderr } = await train(
    ...['--dataroot', 'data', '--batch_size', '9', '--print_freq', '1', '--name', 'large'],
    ...['--n_epochs', '2', '--n_epochs_decay', '0'],
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout.match(/^\(epoch: \d, iters: \d/gm), ['(epoch: 1, iters: 4', '(epoch: 2, iters: 4']);
});

test('a checkpoints folder that cannot be made', () => {
  writeFileSync(join(folder, 'file'), '');
  const refused = program('--dataroot', 'data', '--checkpoints_dir', 'file');
  assertRefused(refused, /^error: cannot make a folder: there is a file[\s\S]*\n {2}fix/);
});

test('a folder that may not be written', {
  skip: process.platform === 'win32' || process.getuid?.() === 0 ? 'root may write everywhere' : false,
}, () => {
  mkdirSync(join(folder, 'readonly'));
  chmodSync(join(folder, 'readonly'), 0o555);
  assertRefused(
    program('--dataroot', 'data', '--checkpoints_dir', 'readonly'),
    /^error: cannot make a folder: permission denied/,
  );
});

const small = join(folder, 'small');
mkdirSync(small);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'pix2pix', small]).status === 0;

test('a full disk stops it with the last checkpoint intact', {
  skip: isMounted ? false : 'needs the right to mount a small disk',
}, async () => {
  try {
    const begun = await train(
      '--dataroot',
      'data',
      '--checkpoints_dir',
      'small',
      '--name',
      'run',
      '--max_steps',
      '2',
    );
    assert.equal(begun.status, 0, begun.stderr);
    const before = stored(join(small, 'run'));
    const filler = join(small, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1k', 'count=4000']);
    assert(existsSync(filler));
    const full = pix2pix(folder, [
      ...['train', '--name', 'run', '--checkpoints_dir', 'small', '--continue_train', '--intra_threads', '1'],
    ]);
    assert.equal(full.status, 1);
    assert.match(full.stderr, /^error: .*(ENOSPC|no space|full|not enough)/im);
    assert.equal(full.stderr.match(/^error: /gm)?.length, 1, full.stderr);
    assert.deepEqual(stored(join(small, 'run')), before);
  } finally {
    spawnSync('umount', [small]);
  }
});
