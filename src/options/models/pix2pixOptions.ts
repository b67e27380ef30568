import type { OptionExtension } from '../extension.js';
import type { OptionTable } from '../spec.js';
import { ADVERSARIAL_OPTIONS } from './adversarialOptions.js';
import { OUTPUT_OPTIONS } from './outputOptions.js';

/** The options that pix2pix adds for training. */
export const PIX2PIX_OPTIONS = {
  lambda_L1: {
    kind: 'float',
    default: 100,
    min: 0,
    group: 'Losses',
    help: 'weight of the L1 loss against the adversarial loss',
  },
  lambda_CE: {
    kind: 'float',
    default: 10,
    min: 0,
    group: 'Losses',
    help: 'weight of the cross-entropy of --label_loss cross_entropy, which takes the place of L1',
  },
  lambda_GAN: {
    kind: 'float',
    default: 1,
    min: 0,
    group: 'Losses',
    help: "weight of the adversarial loss in the generator's",
  },
  no_gan: {
    kind: 'flag',
    stored: 'discriminator',
    group: 'Losses',
    help: 'L1 alone, without a discriminator',
  },
  no_l1: { kind: 'flag', group: 'Losses', help: 'the adversarial loss alone' },
  no_condition: {
    kind: 'flag',
    stored: 'discriminator',
    group: 'Losses',
    help: 'show the discriminator the output alone, not what it was made from',
  },
  target_first: {
    kind: 'flag',
    stored: 'discriminator',
    group: 'Losses',
    help: 'show the discriminator the output before what it was made from, not after it',
  },
  whole_D: {
    kind: 'flag',
    group: 'Losses',
    help: "the discriminator's loss is the sum of those on real and fake pairs, not their mean",
  },
  lambda_feat: {
    kind: 'float',
    default: 0,
    min: 0,
    group: 'Losses',
    help: "weight of feature matching: L1 between what the discriminator's layers find in fake and real; pix2pixHD takes 10",
  },
  n_critic: {
    kind: 'int',
    default: 1,
    min: 1,
    group: 'Losses',
    help: 'steps of the discriminator for one of the generator, each on a batch of its own',
  },
  ...OUTPUT_OPTIONS,
  ...ADVERSARIAL_OPTIONS,
} as const satisfies OptionTable;

/** pix2pix as in the paper: the reference's `models/pix2pix_model.py`. */
export function extendForPix2Pix(isTrain: boolean): OptionExtension {
  const networks = { norm: 'batch', netG: 'unet_256', dataset_mode: 'aligned' };
  const datasetModes = ['aligned'];
  if (!isTrain) return { options: OUTPUT_OPTIONS, defaults: networks, datasetModes };
  return {
    options: PIX2PIX_OPTIONS,
    defaults: { ...networks, pool_size: 0, gan_mode: 'vanilla' },
    datasetModes,
  };
}
