import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pix2pix, TINY, temporaryFolder } from '../../test/tinyRun.js';

const folder = temporaryFolder();

test('bench times steps of any options without data, as text and as JSON', () => {
  const { status, stdout } = pix2pix(folder, ['bench', ...TINY, '--steps', '2', '--profile', '--quiet']);
  assert.equal(status, 0);
  assert.match(stdout, /^a step: [\d.]+ ms \(median of 2, fastest [\d.]+ ms\)$/m);
  for (const title of ['by kind of work', 'by layer', 'by operator'])
    assert.match(stdout, new RegExp(`^${title}`, 'm'));
  assert.match(stdout, /^ {2}[GD]\.[\w.]+ +\d+\.\d ms +\d+\.\d %$/m);
  const json = pix2pix(folder, ['bench', ...TINY, '--batch_size', '3', '--steps', '4', '--json', '--quiet']);
  const result = JSON.parse(json.stdout);
  assert.equal(result.steps.length, 4);
  assert.equal(result.batch, 3);
  assert.ok(result.peakRssBytes > 2 ** 24, 'no process of Node is smaller');
  assert.equal(result.profile, undefined);
});

test('bench refuses what train refuses', () => {
  const { status, stderr } = pix2pix(folder, ['bench', '--netG', 'unet_64', '--crop_size', '48']);
  assert.equal(status, 1);
  assert.match(stderr, /^error: /m);
});

test('bench takes every model that can be trained, and says of the other what it is for', () => {
  const tiny = [
    '--netG',
    'unet_32',
    '--ngf',
    '2',
    '--ndf',
    '2',
    '--crop_size',
    '32',
    '--steps',
    '1',
    '--quiet',
  ];
  for (const model of ['cycle_gan', 'colorization', 'gan'])
    assert.match(pix2pix(folder, ['bench', ...tiny, '--model', model]).stdout, /^a step: [\d.]+ ms/, model);
  for (const command of [['bench'], ['train', '--dry_run']]) {
    const { status, stderr } = pix2pix(folder, [...command, '--model', 'test', ...tiny.slice(0, -3)]);
    assert.equal(status, 1);
    assert.match(stderr, /^error: --model test has nothing to train\n/m);
  }
});

test('bench lists what decides a step, and refuses what it cannot do', () => {
  const listed = pix2pix(folder, ['bench', '--help']).stdout;
  for (const flag of ['steps', 'json', 'netG', 'batch_size', 'crop_size', 'lambda_L1', 'device', 'recipe'])
    assert.match(listed, new RegExp(`^ {2}--${flag}\\b`, 'm'));
  for (const flag of ['continue_train', 'dry_run', 'dashboard', 'dataroot', 'val_freq', 'n_epochs', 'epoch'])
    assert.doesNotMatch(listed, new RegExp(`^ {2}--${flag}\\b`, 'm'), flag);
  for (const flags of [['--continue_train'], ['--dry_run'], ['--load_iter', '5'], ['--dashboard']]) {
    const { status, stderr } = pix2pix(folder, ['bench', ...TINY, '--steps', '1', ...flags]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      new RegExp(`^error: bench has no ${flags[0]}: .*\\n {2}fix {2}leave ${flags[0]} out`),
    );
  }
  const ofTraining = ['--dataroot', 'nowhere', '--name', 'x', '--n_epochs', '3', '--val_freq', '0'];
  assert.equal(pix2pix(folder, ['bench', ...TINY, '--steps', '1', ...ofTraining]).status, 0);
});

test('the help of a chosen recipe has its own text', () => {
  const { stdout } = pix2pix(folder, ['train', '--recipe', 'cyclegan', '--help']);
  assert.match(
    stdout,
    /^Recipe cyclegan\n {2}is +CycleGAN, for images without pairs\n {2}from +Zhu et al\. 2017/m,
  );
  assert.match(stdout, /^ {2}has, whatever else is given\n +--model cycle_gan, --norm instance/m);
  assert.match(stdout, /--lambda_identity 0\.5/);
  assert.match(stdout, /^ {2}--recipe NAME [\s\S]*?\[cyclegan\]$/m);
  assert.doesNotMatch(pix2pix(folder, ['train', '--help']).stdout, /^Recipe/m);
});
