import type { ModelOptions } from '../src/models/definition.js';

/** Options of a pix2pix model that takes 32×32 images and is built in a moment. */
export const smallModel: ModelOptions = {
  inputNc: 3,
  outputNc: 1,
  ngf: 2,
  ndf: 2,
  netG: 'unet_32',
  netD: 'basic',
  nLayersD: 3,
  norm: 'batch',
  initType: 'normal',
  initGain: 0.02,
  noDropout: false,
  ganMode: 'vanilla',
  lambdaL1: 100,
  beta1: 0.5,
};
