import type { OptionTable } from './spec.js';

/** Sizes that U-Nets can halve down to one pixel. */
const SIZES = [32, 64, 128, 256, 512, 1024, 2048, 4096];

/** What the two networks are made of (the reference's `options/base_options.py`, "model parameters"). */
export const NETWORK_OPTIONS = {
  netG: {
    kind: 'choice',
    default: 'unet_256',
    choices: [
      ...SIZES.map((size) => `unet_${size}`),
      'resnet_6blocks',
      'resnet_9blocks',
      ...SIZES.map((size) => `encoder_decoder_${size}`),
      'tf_unet_256',
    ] as readonly string[],
    group: 'Networks',
    stored: 'generator',
    help: 'generator; unet_N halves N pixels down to 1, and takes sides that are multiples of N; resnet_9blocks takes any multiples of 4; encoder_decoder_N is unet_N without skips; tf_unet_256 is as in the TensorFlow port',
  },
  upsample: {
    kind: 'choice',
    default: 'deconv',
    choices: ['deconv', 'resize'],
    group: 'Networks',
    stored: 'generator',
    help: 'how the generator doubles its maps: by transposed convolutions, or by repeating pixels and convolving, which leaves no checkerboard',
  },
  ngf: {
    kind: 'int',
    default: 64,
    min: 1,
    group: 'Networks',
    stored: 'generator',
    help: "channels of the generator's outermost layer; it decides the size of the network",
  },
  netD: {
    kind: 'choice',
    default: 'basic',
    choices: ['basic', 'n_layers', 'pixel', 'patch16', 'patch70', 'patch286'],
    group: 'Networks',
    stored: 'discriminator',
    help: 'discriminator: basic and patch70 judge patches of 70x70 pixels, patch16 and patch286 smaller and larger ones, pixel single pixels, n_layers as --n_layers_D says',
  },
  ndf: {
    kind: 'int',
    default: 64,
    min: 1,
    group: 'Networks',
    stored: 'discriminator',
    help: "channels of the discriminator's first layer",
  },
  n_layers_D: {
    kind: 'int',
    default: 3,
    min: 1,
    group: 'Networks',
    stored: 'discriminator',
    help: 'layers of the discriminator with --netD n_layers',
  },
  input_nc: {
    kind: 'int',
    default: 3,
    min: 1,
    group: 'Networks',
    stored: 'generator',
    help: 'channels of the images that go in: 3 for colour, 1 for gray',
  },
  output_nc: {
    kind: 'int',
    default: 3,
    min: 1,
    group: 'Networks',
    stored: 'generator',
    help: 'channels of the images that come out',
  },
  norm: {
    kind: 'choice',
    default: 'instance',
    choices: ['batch', 'instance', 'none'],
    group: 'Networks',
    stored: 'generator',
    help: 'normalisation after the convolutions',
  },
  spectral_norm: {
    kind: 'choice',
    default: 'none',
    choices: ['none', 'D', 'G', 'both'],
    group: 'Networks',
    stored: 'generator',
    help: 'divide the weights of the discriminator, the generator or both by their largest singular value',
  },
  no_dropout: {
    kind: 'flag',
    group: 'Networks',
    stored: 'always',
    help: 'no dropout in the generator; pix2pix has its noise from there',
  },
  init_type: {
    kind: 'choice',
    default: 'normal',
    choices: ['normal', 'xavier', 'kaiming', 'orthogonal', 'pytorch'],
    group: 'Networks',
    help: "what first weights are drawn from; pytorch is uniform, as PyTorch's layers start by themselves",
  },
  init_gain: {
    kind: 'float',
    default: 0.02,
    above: 0,
    group: 'Networks',
    help: 'their scale for normal (standard deviation), xavier and orthogonal',
  },
} as const satisfies OptionTable;
