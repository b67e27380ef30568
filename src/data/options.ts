import type { OptionTable, OptionValues } from '../options/spec.js';

const group = 'data';

/** How `--preprocess` makes an image the size that the networks take (reference: data/base_dataset.py). */
export const preprocessModes = [
  'resize_and_crop',
  'crop',
  'scale_width',
  'scale_width_and_crop',
  'none',
] as const;

/** The flags of the data set, with the reference's names and the pix2pix defaults. */
export const dataOptions = {
  dataroot: {
    kind: 'string',
    default: undefined,
    required: true,
    group,
    help: 'folder with the images: <phase>/ of A|B pairs side by side, or <phase>A/ and <phase>B/ matched by name',
  },
  dataset_mode: {
    kind: 'string',
    default: 'aligned',
    group,
    help: 'which data set reads them: aligned, or the name of one registered by registerDataset',
  },
  direction: {
    kind: 'choice',
    default: 'AtoB',
    choices: ['AtoB', 'BtoA'],
    group,
    help: 'AtoB learns to make B (right) from A (left), BtoA the reverse',
  },
  serial_batches: { kind: 'flag', group, help: 'take the images in order, not shuffled anew every epoch' },
  num_threads: {
    kind: 'int',
    default: 4,
    min: 0,
    max: 64,
    group,
    help: 'images decoded at once, ahead of training on threads of their own; 0 decodes in the training thread',
  },
  batch_size: { kind: 'int', default: 1, min: 1, max: 4096, group, help: 'images in a training step' },
  load_size: {
    kind: 'int',
    default: 286,
    min: 1,
    max: 16384,
    group,
    help: 'resize images to this size (pixels)',
  },
  crop_size: {
    kind: 'int',
    default: 256,
    min: 1,
    max: 16384,
    group,
    help: 'then crop a square of this size (pixels)',
  },
  max_dataset_size: {
    kind: 'int',
    default: Number.POSITIVE_INFINITY,
    min: 1,
    group,
    help: 'use only the first so many images, in the order of their names',
  },
  preprocess: {
    kind: 'choice',
    default: 'resize_and_crop',
    choices: preprocessModes,
    group,
    help: 'how images get their size; none only rounds the sides to multiples of 4',
  },
  no_flip: { kind: 'flag', group, help: 'do not mirror images at random' },
  phase: {
    kind: 'string',
    default: 'train',
    group,
    help: 'folder of the dataroot to use: train, val, test, ...',
  },
  strict: { kind: 'flag', group, help: 'stop at an image that cannot be used, instead of a warning' },
} as const satisfies OptionTable;

/** What `createDataset` needs: the data flags, and what it must know of the model and the run. */
export type DataOptions = OptionValues<typeof dataOptions> & {
  /** Channels that the generator takes and makes: 3 for RGB, 1 for luma. */
  inputNc: number;
  outputNc: number;
  /** Shuffle and augmentation are functions of it. Any safe integer. */
  seed: number;
  /** false turns shuffle and flip off, as the reference's test.py does. */
  isTrain: boolean;
  /** The epoch that the first iteration is; 1 unless training is continued. */
  epochCount: number;
};
