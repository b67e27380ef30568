import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { parseTestOptions, parseTrainOptions, registeredExtensions } from '../training/options.js';
import type { OptionExtensions } from './extension.js';
import type { OptionTable, OptionValues } from './spec.js';
import { parseTestOptions as parseTest } from './testOptions.js';
import { parseTrainOptions as parseTrain } from './trainOptions.js';

const BUILT_IN = registeredExtensions();

const train = (line: string) => parseTrainOptions(['--dataroot', './d', ...line.split(' ')]);

/** The command line is refused with a message that says all of these. */
function refused(line: string, ...says: RegExp[]): void {
  assert.throws(
    () => train(line),
    (error: unknown) => {
      assert(error instanceof Pix2PixError);
      for (const expected of says) assert.match(error.message, expected);
      return true;
    },
  );
}

test('unknown options are refused with the nearest', () => {
  refused('--lamda_L1 10', /unknown option --lamda_L1/, /did you mean --lambda_L1\?/);
  refused('--load-size 10', /did you mean --load_size\?/);
  refused('--loadsize=10', /did you mean --load_size\?/);
  refused('-batch_size 10', /did you mean --batch_size\?/);
  refused('--zzzzzzzz', /--help lists all options/);
  refused('--__proto__ 1', /unknown option --__proto__/);
});

test('options of a beginning that would have no effect are refused', () => {
  refused('--continue_train --init_from other', /has weights of its own/, /leave out --init_from/);
  refused('--init_partial', /about the weights of --init_from/, /pass --init_from RUN/);
});

test("the reference's former names are refused with today's", () => {
  refused('--niter 10', /did you mean --n_epochs\?/);
  refused('--fineSize 10', /did you mean --crop_size\?/);
  refused('--which_direction BtoA', /did you mean --direction\?/);
});

test('unknown choices are refused with the nearest', () => {
  refused('--netG unet256', /--netG cannot be unet256/, /did you mean unet_256\?/);
  refused('--direction btoa', /did you mean BtoA\?/);
  refused('--gan_mode wgan', /takes {2}vanilla, lsgan, wgangp, hinge/);
  refused('--model pix2pixx', /did you mean pix2pix\?/);
  refused('--norm batch --dataset_mode alligned', /did you mean aligned\?/);
});

test('sizes are a side, or width and height, and squares one number', () => {
  const sizeOf = (text: string) => parseTrainOptions(['--dataroot', 'd', '--crop_size', text]).cropSize;
  assert.deepEqual(['256', '512x256', '256x256'].map(sizeOf), [256, '512x256', 256]);
});

test('numbers out of range are refused with the range', () => {
  refused('--crop_size 0', /--crop_size cannot be 0/, /at least 1/);
  refused('--crop_size 1000000', /at most 16384/);
  refused('--crop_size 512x16385', /at most 16384, or width and height: 512x256/);
  for (const size of ['512x', 'x256', '512x0', '512X256', '5.5x4', '1x2x3'])
    refused(`--crop_size ${size}`, /--crop_size cannot be/);
  refused('--batch_size 0', /at least 1/);
  refused('--lr 0', /a number, above 0/);
  refused('--lr nan', /--lr cannot be nan/);
  refused('--lr inf', /--lr cannot be inf/);
  refused('--beta1 1', /below 1/);
  refused('--lambda_L1 -1', /at least 0/);
  refused('--seed 9007199254740993', /whole number/);
});

test('words that belong nowhere are refused', () => {
  refused('facades', /"facades" belongs to no option/);
  refused('--no_flip true', /leave "true" out/);
  refused('--no_flip=maybe', /--no_flip cannot be maybe/);
  refused('--name', /--name needs a value/);
  refused('--name --no_flip', /--name needs a value/, /--name=--no_flip/);
});

test('names that lead out of their folder are refused', () => {
  refused('--name ../other', /must not lead out/);
  refused('--name /etc', /absolute path/);
  refused('--name C:x', /absolute path/);
  refused('--phase a/../../b', /must not lead out/);
  refused('--phase a/b', /must be one folder/);
  refused('--epoch ../../x', /latest, best, 20/);
  assert.equal(train('--name maps/first').name, 'maps/first');
});

test('a training needs a dataroot, a continued one and a test do not', () => {
  assert.throws(() => parseTrainOptions([]), /--dataroot is missing/);
  assert.throws(() => parseTrainOptions(['--dataroot=']), /--dataroot is missing/);
  assert.equal(parseTrainOptions(['--continue_train']).dataroot, '');
  assert.equal(parseTestOptions([]).dataroot, '');
});

test('inf is no limit, where there may be none', () => {
  assert.equal(train('--max_dataset_size inf').maxDatasetSize, Number.POSITIVE_INFINITY);
  assert.equal(train('--max_steps Infinity').maxSteps, Number.POSITIVE_INFINITY);
});

test('a flag can be undone', () => {
  assert.equal(train('--no_flip --no_flip=false').noFlip, false);
});

test('options that mean nothing here are answered with one notice each', () => {
  const notices: string[] = [];
  const line = '--display_ncols 4 --display_id 0 --use_wandb --display_id=5';
  const opt = parseTrainOptions(['--dataroot', './d', ...line.split(' ')], {
    onNotice: (text) => notices.push(text),
  });
  assert.deepEqual(opt.given, ['dataroot']);
  assert.equal(notices.length, 3);
  assert.match(notices[0], /--display_ncols has no effect: no visdom/);
});

test("the reference's norms under torchrun are ours with the statistics of the whole batch", () => {
  const normOf = ({ norm, syncNorm }: ReturnType<typeof train>) => [norm, syncNorm];
  for (const norm of ['syncbatch', 'sync_batch']) {
    assert.deepEqual(normOf(train(`--norm ${norm}`)), ['batch', true]);
    assert.equal(parseTestOptions([`--norm=${norm}`]).norm, 'batch');
  }
  assert.deepEqual(normOf(train('--norm sync_instance')), ['instance', false]);
  refused('--norm sync', /cannot be sync/);
});

test('a test takes images one by one and says so', () => {
  const notices: string[] = [];
  const opt = parseTestOptions(['--batch_size', '4'], { onNotice: (text) => notices.push(text) });
  assert.equal(opt.batchSize, 1);
  assert.match(notices[0], /--batch_size has no effect/);
});

test('the suffix is filled in and added to the name', () => {
  // The name that BaseOptions.parse makes: '_' + suffix.format(**vars(opt)).
  const suffix = '--suffix {model}_{netG}_size{load_size}_{lambda_L1}_{no_flip}{{}}';
  assert.equal(train(suffix).name, 'experiment_name_pix2pix_unet_256_size286_100.0_False{}');
  refused('--suffix {netg}', /did you mean \{netG\}\?/);
  refused('--suffix {', /twice/);
  refused('--suffix /../../x', /must not lead out/);
});

const SKETCH_OPTIONS = {
  lambda_edge: { kind: 'float', default: 10, group: 'Losses', help: 'weight of the edges' },
} as const satisfies OptionTable;

const SKETCH: OptionExtensions = {
  models: {
    ...BUILT_IN.models,
    sketch: (isTrain) => ({
      options: isTrain ? SKETCH_OPTIONS : undefined,
      defaults: { norm: 'none', no_dropout: true, dataset_mode: 'drawings' },
    }),
  },
  datasets: { ...BUILT_IN.datasets, drawings: () => ({ defaults: { preprocess: 'none' } }) },
};

test('a model brings options and defaults, and chooses a data set that does', () => {
  const argv = ['--dataroot', './d', '--model', 'sketch', '--lambda_e', '5'];
  const opt = parseTrain<OptionValues<typeof SKETCH_OPTIONS>>(argv, { extensions: SKETCH });
  assert.equal(opt.lambdaEdge, 5);
  assert.deepEqual(
    [opt.norm, opt.noDropout, opt.datasetMode, opt.preprocess],
    ['none', true, 'drawings', 'none'],
  );
  assert.equal('lambdaL1' in opt, false);
  assert.throws(
    () => parseTrain(['--dataroot', './d', '--lambda_edge', '5'], { extensions: SKETCH }),
    /unknown option/,
  );
});

test('what the command line says wins over what the model sets', () => {
  const argv = ['--model', 'sketch', '--norm', 'batch', '--no_dropout=false', '--dataset_mode', 'aligned'];
  const opt = parseTest(argv, { extensions: SKETCH });
  assert.deepEqual([opt.norm, opt.noDropout, opt.datasetMode], ['batch', false, 'aligned']);
});

test('a model may say which choices an option has with it', () => {
  const gan_mode = {
    kind: 'choice',
    default: 'lsgan',
    choices: ['lsgan'],
    group: 'model',
    help: 'h',
  } as const;
  const extensions = {
    ...BUILT_IN,
    models: { pix2pix: { options: { gan_mode }, defaults: { pool_size: 3 } } },
  };
  assert.throws(() => parseTrain(['--gan_mode', 'vanilla'], { extensions }), /takes {2}lsgan$/m);
  assert.equal(parseTrain(['--dataroot', './d'], { extensions }).poolSize, 3);
  assert.equal('poolSize' in parseTest([], { extensions }), false, 'a test has no pool');
});

test('a model that contradicts the table is refused', () => {
  const broken = (extension: object) => () =>
    parseTrain([], { extensions: { ...BUILT_IN, models: { pix2pix: extension } } });
  assert.throws(
    broken({ defaults: { nrom: 'batch' } }),
    /unknown option nrom in the defaults of --model pix2pix/,
  );
  assert.throws(broken({ defaults: { norm: 'btach' } }), /did you mean batch/);
  assert.throws(broken({ options: { norm: { kind: 'flag', group: 'g', help: 'h' } } }), /is of another kind/);
});
