import type { OptionExtension } from '../extension.js';
import type { OptionTable } from '../spec.js';
import { ADVERSARIAL_OPTIONS } from './adversarialOptions.js';

/** The options that CycleGAN adds for training. */
export const CYCLE_GAN_OPTIONS = {
  lambda_A: {
    kind: 'float',
    default: 10,
    min: 0,
    group: 'Losses',
    help: 'weight of the cycle A → B → A against the adversarial loss',
  },
  lambda_B: {
    kind: 'float',
    default: 10,
    min: 0,
    group: 'Losses',
    help: 'weight of the cycle B → A → B',
  },
  lambda_identity: {
    kind: 'float',
    default: 0.5,
    min: 0,
    group: 'Losses',
    help: "how much a generator should leave images of its own target as they are, in units of the cycles' weights; 0 = not asked for",
  },
  ...ADVERSARIAL_OPTIONS,
} as const satisfies OptionTable;

/** CycleGAN: the reference's `models/cycle_gan_model.py`, and what `options/base_options.py` has for it. */
export function extendForCycleGan(isTrain: boolean): OptionExtension {
  const networks = { norm: 'instance', netG: 'resnet_9blocks', no_dropout: true, dataset_mode: 'unaligned' };
  const datasetModes = ['unaligned', 'aligned'];
  if (!isTrain) return { defaults: networks, datasetModes };
  const defaults = { ...networks, pool_size: 50, gan_mode: 'lsgan' };
  return { options: CYCLE_GAN_OPTIONS, defaults, datasetModes };
}
