import { AUGMENTATION_OPTIONS } from './augmentationOptions.js';
import { DATA_OPTIONS, LOAD_OPTIONS, MACHINE_OPTIONS, RUN_OPTIONS } from './baseOptions.js';
import { refuseForeignData } from './dataForModel.js';
import type { OptionExtensions } from './extension.js';
import { phaseFault } from './folderName.js';
import { refuseIdleStart } from './idleStart.js';
import { MEMORY_OPTIONS } from './memoryOptions.js';
import type { PIX2PIX_OPTIONS } from './models/pix2pixOptions.js';
import { NETWORK_OPTIONS } from './networkOptions.js';
import type { OptionsObject } from './optionsFromObject.js';
import { type OptionMarks, toOptions } from './optionsObject.js';
import { PARALLEL_OPTIONS } from './parallelOptions.js';
import { type ParseSettings, parseOptions, requireOptions } from './parse.js';
import { PIXEL_OPTIONS } from './pixelOptions.js';
import { PROGRESS_OPTIONS } from './progressOptions.js';
import { SAVING_OPTIONS } from './savingOptions.js';
import type { OptionTable, OptionValues } from './spec.js';
import { STARTING_OPTIONS } from './startingOptions.js';
import { nameWithSuffix } from './suffix.js';
import { TRACKING_OPTIONS } from './trackingOptions.js';

const RECIPE_OPTIONS = {
  recipe: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'NAME',
    group: 'Run',
    help: 'a way to train that somebody has published, as defaults: paper, article, affinelayer, cyclegan, pix2pixhd, mnist, colorization',
  },
} as const satisfies OptionTable;

const SCHEDULE_OPTIONS = {
  phase: {
    kind: 'string',
    isPublic: true,
    default: 'train',
    metavar: 'NAME',
    group: 'Data',
    check: phaseFault,
    help: 'subfolder of --dataroot to learn from',
  },
  n_epochs: {
    kind: 'int',
    default: 100,
    min: 0,
    group: 'Training',
    help: 'epochs at the full learning rate',
  },
  n_epochs_decay: {
    kind: 'int',
    default: 100,
    min: 0,
    group: 'Training',
    help: 'epochs after them in which it falls to zero',
  },
  max_steps: {
    kind: 'int',
    default: Number.POSITIVE_INFINITY,
    min: 1,
    infinite: true,
    group: 'Training',
    stored: 'never',
    help: 'stop after so many steps in all, saved as at the end of an epoch',
  },
  lr: { kind: 'float', default: 0.0002, above: 0, group: 'Training', help: 'learning rate of Adam' },
  lr_D: {
    kind: 'float',
    default: 0,
    min: 0,
    group: 'Training',
    help: "the discriminator's own learning rate, which falls as --lr does; 0 = --lr",
  },
  warmup_steps: {
    kind: 'int',
    default: 0,
    min: 0,
    group: 'Training',
    help: 'steps in which the learning rate rises to where it would otherwise begin',
  },
  clip_grad_norm: {
    kind: 'float',
    default: Number.POSITIVE_INFINITY,
    above: 0,
    infinite: true,
    group: 'Training',
    help: "shorten the gradient of each optimiser's weights, all taken together, to this length",
  },
  precision: {
    kind: 'choice',
    default: 'f32',
    choices: ['f32', 'mixed'],
    group: 'Training',
    help: 'mixed: activations in 16-bit floats, sums and weights in 32, and a loss scale that follows the gradients; on GPUs alone',
  },
  accumulate: {
    kind: 'int',
    default: 1,
    min: 1,
    max: 4096,
    group: 'Training',
    help: 'batches whose gradients are averaged for one step: the effect of --batch_size times so many, in the memory of one',
  },
  ema: {
    kind: 'float',
    default: 0,
    min: 0,
    below: 1,
    group: 'Training',
    stored: 'always',
    help: 'keep a moving average of the generator, 0.999 of the old to 0.001 of the new in each step for 0.999; tests use it unless --ema 0',
  },
  beta1: {
    kind: 'float',
    default: 0.5,
    min: 0,
    below: 1,
    group: 'Training',
    help: 'momentum of Adam; the second one is 0.999',
  },
  lr_policy: {
    kind: 'choice',
    default: 'linear',
    choices: ['linear', 'step', 'plateau', 'cosine'],
    group: 'Training',
    help: 'how the learning rate falls; plateau follows the validation, or the training loss without one; cosine falls over --n_epochs and rises again over --n_epochs_decay: pass --n_epochs_decay 0',
  },
  lr_decay_iters: {
    kind: 'int',
    default: 50,
    min: 1,
    group: 'Training',
    help: 'epochs between two falls with --lr_policy step',
  },
  gan_mode: {
    kind: 'choice',
    default: 'lsgan',
    choices: ['vanilla', 'lsgan', 'wgangp', 'hinge', 'log'],
    group: 'Losses',
    help: 'adversarial loss: vanilla is cross entropy, lsgan is least squares, wgangp has a gradient penalty, log is cross entropy of probabilities as in the TensorFlow port',
  },
  pool_size: {
    kind: 'int',
    default: 50,
    min: 0,
    group: 'Losses',
    help: 'earlier fakes of which the discriminator is shown some again; CycleGAN keeps 50, pix2pix none',
  },
} as const satisfies OptionTable;

/**
 * The options of `pix2pix train` before a model adds its own: the reference's `options/train_options.py` with its
 * defaults, and `max_steps`, `keep_last`, `val_freq`, `histogram_freq`, `memory_limit`, `cache_images`, `dry_run`, `json`, which
 * are ours.
 */
export const TRAIN_OPTIONS = {
  ...RUN_OPTIONS,
  ...RECIPE_OPTIONS,
  ...DATA_OPTIONS,
  ...AUGMENTATION_OPTIONS,
  ...PIXEL_OPTIONS,
  ...NETWORK_OPTIONS,
  ...SCHEDULE_OPTIONS,
  ...STARTING_OPTIONS,
  ...SAVING_OPTIONS,
  ...LOAD_OPTIONS,
  ...PROGRESS_OPTIONS,
  ...TRACKING_OPTIONS,
  ...MACHINE_OPTIONS,
  ...MEMORY_OPTIONS,
  ...PARALLEL_OPTIONS,
} as const satisfies OptionTable;

/** The same where no data set is needed. */
export const TRAIN_OPTIONS_WITHOUT_DATA = {
  ...TRAIN_OPTIONS,
  dataroot: { ...TRAIN_OPTIONS.dataroot, required: false },
} as const satisfies OptionTable;

/** The options of `pix2pix train`; a model's own are added. */
export interface TrainOptions extends OptionValues<typeof TRAIN_OPTIONS>, OptionMarks<true> {}

/** The options that pix2pix adds for training. */
export interface Pix2PixOptions extends OptionValues<typeof PIX2PIX_OPTIONS> {}

/**
 * The options of a training, from its command line.
 *
 * ```
 * const opt = parseTrainOptions(['--dataroot', './datasets/facades', '--direction', 'BtoA']);
 * opt.lambdaL1;   // 100
 * ```
 *
 * @param argv what follows `pix2pix train`, or an object of options
 * @typeParam Extra the chosen model's own options: `OptionValues<typeof itsTable>`
 * @throws Pix2PixError for unknown options, bad values, a data set that the model can make nothing of, options without effect, and a missing --dataroot; `--continue_train` needs none, since
 *   `mergeStoredOptions` takes it from the checkpoint, and `--dry_run` can do without
 */
export function parseTrainOptions<Extra = Pix2PixOptions>(
  argv: readonly string[] | OptionsObject,
  settings: Omit<ParseSettings, 'isTrain'> & { readonly extensions: OptionExtensions },
): TrainOptions & Extra {
  const { table, values, given } = parseOptions(argv, TRAIN_OPTIONS, { ...settings, isTrain: true });
  refuseIdleStart(values);
  if (!values.continue_train && !values.dry_run) requireOptions(table, values);
  if (!values.continue_train) refuseForeignData(values, settings.extensions, true);
  return toOptions({ ...values, name: nameWithSuffix(values, table) }, given, true);
}
