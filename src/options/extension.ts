import { diffaugFault } from './diffaug.js';
import type { OptionTable } from './spec.js';

/**
 * What a model or a data set changes about the options when it is chosen (`modify_commandline_options` in the
 * reference): it may bring flags and set other defaults.
 *
 * ```
 * const sketch: OptionExtension = {
 *   options: { lambda_edge: { kind: 'float', default: 10, min: 0, group: 'Losses', help: 'weight of the edges' } },
 *   defaults: { norm: 'batch', dataset_mode: 'aligned' },
 * };
 * ```
 */
export interface OptionExtension {
  /** One that exists already may be declared again, to say which of its choices or what range there is here. */
  readonly options?: OptionTable;
  /** Keyed by flag. In a test, those of flags that only a training has are passed over. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** An extension, or one for training (`true`) and another for testing (`false`). */
export type ExtendOptions = OptionExtension | ((isTrain: boolean) => OptionExtension);

/** What may be chosen by --model and by --dataset_mode; the registries of models and data sets are such. */
export interface OptionExtensions {
  readonly models: Readonly<Record<string, ExtendOptions>>;
  readonly datasets: Readonly<Record<string, ExtendOptions>>;
}

/** The options that pix2pix adds for training. */
export const PIX2PIX_OPTIONS = {
  lambda_L1: {
    kind: 'float',
    default: 100,
    min: 0,
    group: 'Losses',
    help: 'weight of the L1 loss against the adversarial loss',
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
  lambda_feat: {
    kind: 'float',
    default: 0,
    min: 0,
    group: 'Losses',
    help: "weight of feature matching: L1 between what the discriminator's layers find in fake and real; pix2pixHD takes 10",
  },
  lambda_gp: {
    kind: 'float',
    default: 10,
    min: 0,
    group: 'Losses',
    help: 'weight of the gradient penalty of --gan_mode wgangp',
  },
  diffaug: {
    kind: 'string',
    default: '',
    metavar: 'LIST',
    group: 'Losses',
    check: diffaugFault,
    help: 'change what the discriminator sees, real and fake alike: color,translation,cutout or some of them; for small data sets',
  },
  n_critic: {
    kind: 'int',
    default: 1,
    min: 1,
    group: 'Losses',
    help: 'steps of the discriminator for one of the generator, each on a batch of its own',
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

/** pix2pix as in the paper: the reference's `models/pix2pix_model.py`. */
export function extendForPix2Pix(isTrain: boolean): OptionExtension {
  const networks = { norm: 'batch', netG: 'unet_256', dataset_mode: 'aligned' };
  if (!isTrain) return { defaults: networks };
  return { options: PIX2PIX_OPTIONS, defaults: { ...networks, pool_size: 0, gan_mode: 'vanilla' } };
}

/** What this package itself brings. */
export const BUILT_IN: OptionExtensions = {
  models: { pix2pix: extendForPix2Pix },
  datasets: { aligned: {} },
};
