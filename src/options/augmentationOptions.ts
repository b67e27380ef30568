import type { OptionTable } from './spec.js';

/** Augmentations besides crop and mirror; all are off by default. */
export const AUGMENTATION_OPTIONS = {
  rotate: {
    kind: 'float',
    default: 0,
    min: 0,
    max: 180,
    group: 'Data',
    help: 'turn images by up to so many degrees either way; what comes in at the corners is mirrored',
  },
  color_jitter: {
    kind: 'float',
    default: 0,
    min: 0,
    below: 1,
    group: 'Data',
    help: 'change brightness, contrast and saturation of the photographs by up to this share, and the hue by up to as much of a quarter turn',
  },
  photo_side: {
    kind: 'choice',
    default: 'A',
    choices: ['A', 'B'],
    group: 'Data',
    help: 'which side --color_jitter changes: labels and drawings must keep their colours',
  },
  cutout: {
    kind: 'int',
    default: 0,
    min: 0,
    max: 16384,
    group: 'Data',
    help: 'side in pixels of a square of the input that is made grey',
  },
} as const satisfies OptionTable;
