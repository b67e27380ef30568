import type { OptionExtension } from './extension.js';

/** The data sets of this package that set other defaults when `--dataset_mode` chooses them. */
export const DATASET_DEFAULTS: Readonly<Record<string, OptionExtension>> = {
  // Digits are small: nothing is cut off them, and mirrored they are no digits.
  mnist: { defaults: { preprocess: 'crop', load_size: 28, crop_size: 28, no_flip: true } },
};
