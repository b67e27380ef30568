import { diffaugFault } from '../diffaug.js';
import type { OptionTable } from '../spec.js';

/** The options that all models with a discriminator of patches share. */
export const ADVERSARIAL_OPTIONS = {
  lambda_gp: {
    kind: 'float',
    default: 10,
    min: 0,
    group: 'Losses',
    help: 'weight of the gradient penalty of --gan_mode wgangp',
  },
  diffaug: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'LIST',
    group: 'Losses',
    check: diffaugFault,
    help: 'change what the discriminator sees, real and fake alike: color,translation,cutout or some of them; for small data sets',
  },
  num_D: {
    kind: 'int',
    default: 1,
    min: 1,
    max: 8,
    stored: 'discriminator',
    group: 'Networks',
    help: 'discriminators, each of which sees the images at half the size of the one before',
  },
} as const satisfies OptionTable;
