import type { OptionExtension } from './extension.js';

const DEFAULTS = {
  aligned: {},
  unaligned: {},
  single: {},
  colorization: {},
  // Digits are small: nothing is cut off them, and mirrored they are no digits.
  mnist: { defaults: { preprocess: 'crop', load_size: 28, crop_size: 28, no_flip: true } },
} satisfies Record<string, OptionExtension>;

/** The names of this package's data sets. */
export type DatasetName = keyof typeof DEFAULTS;

/** The data sets of this package, with the defaults that `--dataset_mode` changes when it chooses them. */
export const DATASET_DEFAULTS: Readonly<Record<string, OptionExtension>> = DEFAULTS;
