import { DEVICE_CHOICES, type DeviceChoice } from '../engine/devices/registry.js';
import { epochFault, folderNameFault } from './folderName.js';
import { gpuIdsFault, gpuNameFault } from './gpuIds.js';
import type { OptionTable } from './spec.js';

/*
 * The options of training and testing alike are those of the reference's `options/base_options.py` with its defaults,
 * except that `model`, `netG` and `dataset_mode` start as what exists here; `config`, `strict`, `device`, `gpu`,
 * `intra_threads`, `layer_forms`, `seed` and `quiet` are ours. Trainings and tests put the tables together in the order of their
 * `--help`.
 */

/** Largest image side that is accepted: a typing error should not fill the memory. */
const LARGEST_SIDE = 16384;

/** How `--preprocess` makes an image the size that the networks take (reference: data/base_dataset.py). */
export const preprocessModes = [
  'resize_and_crop',
  'crop',
  'scale_width',
  'scale_width_and_crop',
  'none',
  'pad',
] as const;

/** Which run it is. */
export const RUN_OPTIONS = {
  dataroot: {
    kind: 'string',
    default: '',
    required: true,
    metavar: 'DIR',
    group: 'Run',
    stored: 'always',
    help: 'folder of the data set, with subfolders train, val, test of A|B images, or trainA and trainB, ...',
  },
  name: {
    kind: 'string',
    isPublic: true,
    default: 'experiment_name',
    metavar: 'NAME',
    group: 'Run',
    stored: 'never',
    check: folderNameFault,
    help: 'name of the run: its folder under --checkpoints_dir and --results_dir',
  },
  checkpoints_dir: {
    kind: 'string',
    default: './checkpoints',
    metavar: 'DIR',
    group: 'Run',
    stored: 'never',
    help: 'where runs are kept',
  },
  suffix: {
    kind: 'string',
    default: '',
    metavar: 'TEXT',
    group: 'Run',
    stored: 'never',
    help: 'added to --name; {option} stands for its value: "{model}_{netG}_size{load_size}"',
  },
  config: {
    kind: 'string',
    default: undefined,
    metavar: 'FILE',
    group: 'Run',
    stored: 'never',
    help: 'JSON or YAML file of options, {"batch_size": 4, "no_flip": true}; the command line wins over it',
  },
  model: {
    kind: 'choice',
    default: 'pix2pix',
    choices: ['pix2pix'] as readonly string[],
    group: 'Run',
    stored: 'always',
    help: 'what is trained; it sets defaults and may add options of its own',
  },
} as const satisfies OptionTable;

/** Which images, and how they are brought into shape. */
export const DATA_OPTIONS = {
  dataset_mode: {
    kind: 'choice',
    default: 'aligned',
    choices: ['aligned'] as readonly string[],
    group: 'Data',
    stored: 'always',
    help: 'aligned: pairs, side by side in one image or in two folders under the same file name',
  },
  direction: {
    kind: 'choice',
    default: 'AtoB',
    choices: ['AtoB', 'BtoA'],
    group: 'Data',
    stored: 'always',
    help: 'which side is translated into which; A is the left half',
  },
  preprocess: {
    kind: 'choice',
    default: 'resize_and_crop',
    choices: preprocessModes,
    group: 'Data',
    stored: 'always',
    help:
      'how images come to the size that the networks take; scale_width keeps proportions, but stretches to --crop_size ' +
      'what would be lower; none rounds sides to multiples of 4; pad keeps the size, and adds mirrored edges that results are freed of',
  },
  load_size: {
    kind: 'size',
    default: 286,
    max: LARGEST_SIDE,
    group: 'Data',
    help: 'pixels to which images are scaled: the side of a square, or width x height, 572x286; their width with scale_width',
  },
  crop_size: {
    kind: 'size',
    default: 256,
    max: LARGEST_SIDE,
    group: 'Data',
    stored: 'always',
    help: 'pixels of what is then cut out: the side of a square, or width x height, 512x256',
  },
  no_flip: { kind: 'flag', group: 'Data', help: 'never mirror images' },
  serial_batches: {
    kind: 'flag',
    group: 'Data',
    help: 'take images in the order of their names, not shuffled',
  },
  batch_size: { kind: 'int', default: 1, min: 1, max: 4096, group: 'Data', help: 'images in a step' },
  max_dataset_size: {
    kind: 'int',
    default: Number.POSITIVE_INFINITY,
    min: 1,
    infinite: true,
    group: 'Data',
    help: 'use only the first so many images, in the order of their names',
  },
  num_threads: {
    kind: 'int',
    default: 4,
    min: 0,
    max: 64,
    group: 'Data',
    stored: 'never',
    help: 'images decoded at a time, ahead of the training; 0 = none ahead',
  },
  strict: {
    kind: 'flag',
    group: 'Data',
    help: 'stop at a damaged image; otherwise warn and go on without it',
  },
} as const satisfies OptionTable;

/** Which checkpoint is loaded: by a test, and when training continues. */
export const LOAD_OPTIONS = {
  epoch: {
    kind: 'string',
    isPublic: true,
    default: 'latest',
    metavar: 'EPOCH',
    group: 'Which checkpoint to load',
    stored: 'never',
    check: epochFault,
    help: 'latest, best, or the number of an epoch',
  },
  load_iter: {
    kind: 'int',
    default: 0,
    min: 0,
    group: 'Which checkpoint to load',
    stored: 'never',
    help: 'load that of this iteration (iter_N, kept by --save_by_iter) instead; 0 = by --epoch',
  },
} as const satisfies OptionTable;

const choices = Object.keys(DEVICE_CHOICES) as DeviceChoice[];
const described = choices.map((name) => `${name} (${DEVICE_CHOICES[name]})`).join(', ');

/** The options of the device, and of messages. */
export const MACHINE_OPTIONS = {
  device: {
    kind: 'choice',
    default: 'auto',
    choices,
    group: 'Machine and messages',
    stored: 'always',
    help: `what computes: ${described}; a training that is continued stays where it was begun, and a test follows it`,
  },
  gpu: {
    kind: 'string',
    default: undefined,
    metavar: 'NAME',
    group: 'Machine and messages',
    stored: 'resume',
    check: gpuNameFault,
    help: 'the GPU to use, by a part of its name; pix2pix devices lists them',
  },
  gpu_ids: {
    kind: 'string',
    default: undefined,
    metavar: 'IDS',
    group: 'Machine and messages',
    stored: 'never',
    check: gpuIdsFault,
    help: "the reference's way to say --device: -1 is the processor, 0 the GPU",
  },
  intra_threads: {
    kind: 'int',
    default: 0,
    min: 0,
    max: 1024,
    group: 'Machine and messages',
    stored: 'never',
    help: 'threads that compute; 0 = one for each core, bound to it',
  },
  layer_forms: {
    kind: 'choice',
    default: 'measured',
    choices: ['measured', 'rule'],
    group: 'Machine and messages',
    stored: 'never',
    help: 'how to choose among ways to compute a layer: by timing them once on this machine, or the same everywhere',
  },
  seed: {
    kind: 'int',
    default: 0,
    min: 0,
    group: 'Machine and messages',
    help: 'what weights, order, crops, flips and dropout are drawn from: the same seed, the same run',
  },
  verbose: {
    kind: 'flag',
    group: 'Machine and messages',
    stored: 'never',
    help: 'say more: the networks layer by layer, and where in the program an error arose',
  },
  quiet: {
    kind: 'flag',
    group: 'Machine and messages',
    stored: 'never',
    help: 'say nothing but warnings and errors',
  },
} as const satisfies OptionTable;
