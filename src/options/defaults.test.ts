import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTestOptions, parseTrainOptions } from '../training/options.js';

// Read from junyanz/pytorch-CycleGAN-and-pix2pix: the `default=` of each `add_argument` call.

/** `options/base_options.py`, then what `models/pix2pix_model.py` sets: norm, netG, dataset_mode. */
const BASE = {
  name: 'experiment_name',
  checkpointsDir: './checkpoints',
  inputNc: 3,
  outputNc: 3,
  ngf: 64,
  ndf: 64,
  netD: 'basic',
  netG: 'unet_256',
  nLayersD: 3,
  norm: 'batch',
  initType: 'normal',
  initGain: 0.02,
  noDropout: false,
  datasetMode: 'aligned',
  direction: 'AtoB',
  serialBatches: false,
  numThreads: 4,
  batchSize: 1,
  loadSize: 286,
  cropSize: 256,
  maxDatasetSize: Number.POSITIVE_INFINITY,
  preprocess: 'resize_and_crop',
  noFlip: false,
  epoch: 'latest',
  loadIter: 0,
  verbose: false,
  suffix: '',
};

/** `options/train_options.py`, then what `models/pix2pix_model.py` sets: pool_size, gan_mode, lambda_L1. */
const TRAIN = {
  displayFreq: 400,
  updateHtmlFreq: 1000,
  printFreq: 100,
  noHtml: false,
  saveLatestFreq: 5000,
  saveEpochFreq: 5,
  saveByIter: false,
  continueTrain: false,
  epochCount: 1,
  phase: 'train',
  nEpochs: 100,
  nEpochsDecay: 100,
  beta1: 0.5,
  lr: 0.0002,
  ganMode: 'vanilla',
  poolSize: 0,
  lrPolicy: 'linear',
  lrDecayIters: 50,
  lambdaL1: 100,
};

/**
 * `options/test_options.py` (load_size is set to crop_size there) and what `test.py` hard-codes; `num_test` is 50 there
 * and all images here.
 */
const TEST = {
  resultsDir: './results/',
  aspectRatio: 1,
  phase: 'test',
  eval: false,
  loadSize: 256,
  batchSize: 1,
  serialBatches: true,
  noFlip: true,
};

/** Ours: the reference has no such options. Each is off, so that the reference's defaults stay what they are. */
const OURS = {
  upsample: 'deconv',
  separableConv: false,
  spectralNorm: 'none',
  ema: 0,
  seed: 0,
  device: 'auto',
  gpu: undefined,
  gpuIds: undefined, // the reference's is 0; --device says here where to compute
  intraThreads: 0,
  layerForms: 'measured',
  config: undefined,
  strict: false,
  quiet: false,
  pixelRange: 'symmetric',
  labelLoss: 'l1',
};

/** Parts of the losses and of the training that only we have, off likewise. */
const PARTS = {
  lrD: 0,
  lambdaGAN: 1,
  lambdaCE: 10,
  warmupSteps: 0,
  clipGradNorm: Number.POSITIVE_INFINITY,
  precision: 'f32',
  accumulate: 1,
  noGan: false,
  noL1: false,
  noCondition: false,
  targetFirst: false,
  wholeD: false,
  lambdaFeat: 0,
  lambdaGp: 10,
  nCritic: 1,
  numD: 1,
  diffaug: '',
  rotate: 0,
  colorJitter: 0,
  photoSide: 'A',
  cutout: 0,
};

/** What the numbers of images mean: by default they are pictures. */
const PIXELS = {
  valueRange: '',
  outputRange: '',
  labelNc: 0,
  labelSide: 'input',
  ignoreLabel: -1,
  labelPalette: '',
  resizeFilter: 'bicubic',
  inputFolders: '',
  showBands: '',
};

/** How several processes train together. */
const PARALLEL = { syncNorm: false, shareGpu: false, rankTimeout: 600 };

/** Where a training is told of. */
const TRACKING = {
  dashboard: false,
  alertWebhook: '',
  alertPlateau: 10,
  histogramFreq: 0,
  dashboardPort: 8097,
  mlflowUri: '',
  mlflowExperiment: 'pix2pix',
  json: false,
};

test("training starts from the reference's defaults for pix2pix", () => {
  assert.deepEqual(parseTrainOptions(['--dataroot', './d']), {
    ...BASE,
    ...TRAIN,
    ...OURS,
    ...PIXELS,
    maxSteps: Number.POSITIVE_INFINITY,
    keepLast: Number.POSITIVE_INFINITY,
    initFrom: '',
    initPartial: false,
    freeze: '',
    features: '',
    saveBest: 'L1',
    earlyStop: 0,
    valFreq: 1,
    memoryLimit: undefined,
    cacheImages: 'auto',
    dryRun: false,
    ...PARALLEL,
    recipe: '',
    logLine: 'reference',
    ...PARTS,
    ...TRACKING,
    model: 'pix2pix',
    dataroot: './d',
    isTrain: true,
    given: ['dataroot'],
  });
});

test("testing starts from the reference's defaults, with all images", () => {
  assert.deepEqual(parseTestOptions([]), {
    ...BASE,
    ...TEST,
    ...OURS,
    ...PIXELS,
    resultFormat: 'none',
    draws: 1,
    numTest: Number.POSITIVE_INFINITY,
    model: 'pix2pix',
    dataroot: '',
    isTrain: false,
    given: [],
  });
});

test("CycleGAN starts from the reference's defaults", () => {
  // what `options/base_options.py` and `train_options.py` have, and `models/cycle_gan_model.py` sets and adds
  const opt = parseTrainOptions(['--dataroot', './d', '--model', 'cycle_gan']) as unknown as Record<
    string,
    unknown
  >;
  const expected = {
    ...{ netG: 'resnet_9blocks', norm: 'instance', noDropout: true, datasetMode: 'unaligned' },
    ...{ ganMode: 'lsgan', poolSize: 50, lambdaA: 10, lambdaB: 10, lambdaIdentity: 0.5 },
    ...{
      lr: 0.0002,
      beta1: 0.5,
      batchSize: 1,
      nEpochs: 100,
      nEpochsDecay: 100,
      loadSize: 286,
      cropSize: 256,
    },
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, opt[key]])), expected);
});

test('a test does not cut images: load_size follows crop_size', () => {
  assert.equal(parseTestOptions(['--crop_size', '128']).loadSize, 128);
  assert.equal(parseTestOptions(['--crop_size', '128', '--load_size', '143']).loadSize, 143);
});

test('the command line of the reference parses as it stands', () => {
  const line =
    '--dataroot ./datasets/facades --name facades_pix2pix --model pix2pix --direction BtoA --netG unet_256 ' +
    '--norm batch --lambda_L1 100 --gan_mode vanilla --dataset_mode aligned';
  const opt = parseTrainOptions(line.split(' '));
  assert.equal(opt.dataroot, './datasets/facades');
  assert.equal(opt.name, 'facades_pix2pix');
  assert.equal(opt.direction, 'BtoA');
  assert.equal(opt.lambdaL1, 100);
});

test('the types of options say what they are', () => {
  const opt = parseTrainOptions(['--dataroot', './d']);
  const direction: 'AtoB' | 'BtoA' = opt.direction;
  const training: true = opt.isTrain;
  const values: [string, number, boolean, string | undefined] = [opt.name, opt.lr, opt.noFlip, opt.config];
  assert.deepEqual(
    [direction, training, ...values],
    ['AtoB', true, 'experiment_name', 0.0002, false, undefined],
  );
});
