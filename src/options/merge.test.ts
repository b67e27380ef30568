import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { parseTestOptions, parseTrainOptions, registeredExtensions } from '../training/options.js';
import { describeDiff, diffOptions } from './diff.js';
import { mergeStoredOptions } from './merge.js';
import { type StoredOptions, serialiseOptions } from './serialise.js';
import type { TestOptions } from './testOptions.js';
import type { TrainOptions } from './trainOptions.js';

const TRAINED =
  '--dataroot ./facades --name trained --direction BtoA --netG unet_128 --ngf 32 --netD pixel --crop_size 128 ' +
  '--load_size 143 --lr 0.01 --batch_size 4 --no_dropout --no_flip --seed 7 --n_epochs 3 --max_steps 10 --phase mine';
const EXTENSIONS = registeredExtensions();
const stored = serialiseOptions(parseTrainOptions(TRAINED.split(' ')), EXTENSIONS);

/** With the models and data sets of this package. */
const merged = <T extends TrainOptions | TestOptions>(opt: T, from: StoredOptions = stored): T =>
  mergeStoredOptions(opt, from, EXTENSIONS);

test('a test needs none of the training flags', () => {
  const opt = merged(parseTestOptions(['--name', 'trained']));
  assert.deepEqual(
    [opt.dataroot, opt.direction, opt.netG, opt.ngf, opt.netD, opt.cropSize, opt.noDropout],
    ['./facades', 'BtoA', 'unet_128', 32, 'basic', 128, true],
  );
  assert.equal(opt.loadSize, 128, 'nothing is cut off');
  assert.deepEqual([opt.phase, opt.batchSize, opt.noFlip, opt.isTrain], ['test', 1, true, false]);
  assert.equal('lr' in opt, false);
});

test('explicit flags of a test win', () => {
  const argv = ['--dataroot', './other', '--direction', 'AtoB', '--load_size', '150', '--no_dropout=false'];
  const opt = merged(parseTestOptions(argv));
  assert.deepEqual(
    [opt.dataroot, opt.direction, opt.loadSize, opt.cropSize, opt.noDropout],
    ['./other', 'AtoB', 150, 128, false],
  );
});

test('a training that goes on needs only its name', () => {
  const opt = merged(parseTrainOptions(['--name', 'trained', '--continue_train']));
  assert.deepEqual(
    [
      opt.lr,
      opt.batchSize,
      opt.noFlip,
      opt.seed,
      opt.nEpochs,
      opt.loadSize,
      opt.netD,
      opt.lambdaL1,
      opt.phase,
    ],
    [0.01, 4, true, 7, 3, 143, 'pixel', 100, 'mine'],
  );
  assert.equal(opt.maxSteps, Number.POSITIVE_INFINITY, 'the limit was that of the first part');
  assert.equal(opt.continueTrain, true);
});

test('explicit flags of a training that goes on win', () => {
  const opt = merged(parseTrainOptions(['--continue_train', '--lr=0.5', '--no_flip=false']));
  assert.deepEqual([opt.lr, opt.noFlip, opt.batchSize], [0.5, false, 4]);
});

test('other networks than those of the checkpoint are refused with the differences', () => {
  const argv = [
    '--name',
    'trained',
    '--ngf',
    '64',
    '--netG',
    'unet_256',
    '--input_nc',
    '3',
    '--netD',
    'basic',
  ];
  assert.throws(
    () => merged(parseTestOptions(argv)),
    (error: unknown) => {
      assert(error instanceof Pix2PixError);
      assert.match(error.message, /--ngf +command line 64, checkpoint 32/);
      assert.match(error.message, /--netG +command line unet_256, checkpoint unet_128/);
      assert.doesNotMatch(error.message, /input_nc|netD/); // the same; and a test has no discriminator
      return true;
    },
  );
  assert.throws(
    () => merged(parseTrainOptions(['--continue_train', '--netD', 'basic'])),
    /--netD +command line basic, checkpoint pixel/,
  );
});

test('the model of the checkpoint decides which options there are', () => {
  const extensions = {
    ...EXTENSIONS,
    models: {
      ...EXTENSIONS.models,
      sketch: () => ({
        options: { sharpness: { kind: 'int', default: 1, group: 'g', help: 'h', stored: 'always' } } as const,
      }),
    },
  };
  const opt = mergeStoredOptions(
    parseTestOptions(['--dataroot', './d']),
    { model: 'sketch', sharpness: 5 },
    extensions,
  );
  assert.deepEqual([opt.model, (opt as unknown as { sharpness: number }).sharpness], ['sketch', 5]);
});

test('a checkpoint of another version or of a stranger is read with care', () => {
  const merge = (options: object) => merged(parseTestOptions([]), { dataroot: './d', ...options });
  assert.equal(merge({ of_the_future: 1, ngf: 8 }).ngf, 8);
  assert.throws(() => merge({ ngf: 'many' }), /--ngf in the checkpoint cannot be many/);
  assert.throws(() => merge({ netG: 'resnet_50blocks' }), /--netG in the checkpoint/);
  assert.throws(() => merge({ dataroot: '' }), /--dataroot is missing/);
});

test('differences have both sides', () => {
  const left = { a: 1, b: 'x', c: true };
  const right = { a: 1, b: 'y', d: Number.POSITIVE_INFINITY };
  const differences = diffOptions(left, right);
  assert.deepEqual(differences, [
    { flag: 'b', left: 'x', right: 'y' },
    { flag: 'c', left: true, right: undefined },
    { flag: 'd', left: undefined, right: Number.POSITIVE_INFINITY },
  ]);
  assert.deepEqual(describeDiff(differences, ['now', 'then']), {
    '--b': 'now x, then y',
    '--c': 'now True, then (nothing)',
    '--d': 'now (nothing), then inf',
  });
});

test('what was measured once is not measured again, and a range that is given wins', () => {
  const before = { ...stored, value_range: '0,4095', output_range: '-1000,3000' };
  const argv = ['--name', 'trained', '--continue_train', '--value_range'];
  const open = merged(parseTrainOptions([...argv, 'auto']), before);
  assert.deepEqual([open.valueRange, open.outputRange], ['0,4095', '-1000,3000']);
  const given = merged(parseTrainOptions([...argv, '-5,5e3']), before);
  assert.deepEqual([given.valueRange, given.outputRange], ['-5,5e3', '-1000,3000']);
});
