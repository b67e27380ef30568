// The generators and discriminators, by their options or one by one.
export { checkImageSize, defineD, defineG, type NetworkOptions, unetDowns } from './define.js';
export { type DiscriminatorOptions, patchGAN, pixelDiscriminator } from './discriminators.js';
export { type UnetOptions, unet } from './unet.js';
