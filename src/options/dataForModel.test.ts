import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { parseTestOptions, parseTrainOptions, registeredExtensions } from '../training/options.js';
import { mergeStoredOptions } from './merge.js';
import { parseTrainOptions as parseWith } from './trainOptions.js';

const EXTENSIONS = registeredExtensions();
const MODES = ['aligned', 'unaligned', 'single', 'colorization', 'mnist'];

/**
 * The reference's data for each model: pix2pix_model.py and colorization_model.py read A and its B, cycle_gan_model.py
 * both without minding whether they belong together, test_model.py A alone. single_dataset.py gives no B.
 */
const TRAINS: Readonly<Record<string, readonly string[]>> = {
  pix2pix: ['aligned'],
  cycle_gan: ['aligned', 'unaligned'],
  colorization: ['colorization'],
};

const train = (model: string, mode: string) =>
  parseTrainOptions(['--dataroot', 'x', '--model', model, '--dataset_mode', mode]);

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Pix2PixError, String(error));
    return error.message;
  }
  return '';
};

test('a model trains on the data sets that it can learn from, and on no others', () => {
  for (const [model, trains] of Object.entries(TRAINS)) {
    for (const mode of MODES) {
      const message = messageOf(() => train(model, mode));
      assert.equal(message === '', trains.includes(mode), `${model}, ${mode}: ${message}`);
    }
  }
  assert.equal(train('gan', 'mnist').datasetMode, 'mnist');
});

test('the message names what was probably meant', () => {
  assert.equal(
    messageOf(() => parseTrainOptions(['--dataroot', 'x', '--dataset_mode', 'unaligned'])),
    [
      '--model pix2pix can make nothing of --dataset_mode unaligned',
      '  pix2pix    takes aligned',
      '  unaligned  is two sets of images without pairs',
      '  fix        leave out --dataset_mode, which is aligned for pix2pix, or pass --model cycle_gan',
    ].join('\n'),
  );
  assert.match(
    messageOf(() => train('pix2pix', 'mnist')),
    /or pass --model gan$/,
  );
  assert.match(
    messageOf(() => train('pix2pix', 'single')),
    /for pix2pix$/,
  );
  assert.match(
    messageOf(() => train('cycle_gan', 'single')),
    /which is unaligned for cycle_gan$/,
  );
});

test('a test is judged by the model of its checkpoint, and pointed to --model test', () => {
  const stored = { model: 'pix2pix', dataset_mode: 'aligned', dataroot: 'x' };
  const tested = (...argv: string[]) =>
    mergeStoredOptions(parseTestOptions(['--name', 'x', ...argv]), stored, EXTENSIONS);
  assert.equal(tested().datasetMode, 'aligned');
  assert.match(
    messageOf(() => tested('--dataset_mode', 'single')),
    /or pass --model test$/,
  );
  assert.equal(tested('--model', 'test', '--dataroot', 'y').datasetMode, 'single');
  assert.equal(
    tested('--model', 'test', '--dataroot', 'y', '--dataset_mode', 'aligned').datasetMode,
    'aligned',
  );
});

test('a training that goes on is judged by its checkpoint too', () => {
  const stored = { model: 'cycle_gan', dataset_mode: 'unaligned', dataroot: 'x' };
  const continued = (...argv: string[]) =>
    mergeStoredOptions(parseTrainOptions(['--continue_train', ...argv]), stored, EXTENSIONS);
  assert.equal(continued().datasetMode, 'unaligned');
  assert.equal(continued('--dataset_mode', 'aligned').datasetMode, 'aligned');
  assert.match(
    messageOf(() => continued('--dataset_mode', 'single')),
    /^--model cycle_gan can make nothing/,
  );
});

test('models and data sets of other origin are not judged', () => {
  const extensions = {
    models: { sketch: { defaults: { dataset_mode: 'aligned' } }, pix2pix: { datasetModes: ['aligned'] } },
    datasets: { aligned: {}, single: {}, drawings: {} },
  };
  for (const [model, mode] of [
    ['sketch', 'single'],
    ['pix2pix', 'drawings'],
  ]) {
    const argv = ['--dataroot', 'x', '--model', model, '--dataset_mode', mode];
    assert.equal(parseWith(argv, { extensions }).datasetMode, mode);
  }
});
