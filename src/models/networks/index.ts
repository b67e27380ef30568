// The generators and discriminators, by their options or one by one.
export {
  checkImageSize,
  type DefinedDiscriminator,
  defineD,
  defineG,
  type NetworkOptions,
  unetDowns,
} from './define.js';
export {
  type Discriminator,
  type DiscriminatorOptions,
  type Judgement,
  multiScale,
  patchGAN,
  pixelDiscriminator,
} from './discriminators.js';
export { localEnhancer } from './localEnhancer.js';
export { receptiveFields } from './receptiveField.js';
export type { ResidualOptions, Upsampling } from './residualLayers.js';
export { type ResnetOptions, resnet } from './resnet.js';
export { type UnetOptions, unet } from './unet.js';
