import { Pix2PixError } from '../errors/pix2pixError.js';
import type { InitType } from '../nn/initialise.js';
import type { Module } from '../nn/module.js';
import type { NormType } from '../nn/norm.js';
import { patchGAN, pixelDiscriminator } from './discriminators.js';
import { resnet, type Upsampling } from './resnet.js';
import { unet } from './unet.js';

/** The options from which networks are built, named as the reference's flags. */
export interface NetworkOptions {
  readonly inputNc: number;
  readonly outputNc: number;
  readonly ngf: number;
  readonly ndf: number;
  readonly netG: string;
  readonly netD: string;
  readonly nLayersD: number;
  readonly norm: NormType;
  readonly initType: InitType;
  readonly initGain: number;
  readonly noDropout: boolean;
  readonly upsample?: Upsampling;
}

/** Fewest and most halvings of a U-Net: its three widenings need five; 2^12 is 4096 pixels. */
const UNET_DOWNS = { min: 5, max: 12 };

/** A residual generator halves twice and doubles twice. */
const RESNET_UNIT = 4;

/** How often `unet_<size>` halves an image: 8 for unet_256. Undefined if it is no U-Net's name. */
export function unetDowns(netG: string): number | undefined {
  const size = /^unet_(\d+)$/.exec(netG)?.[1];
  if (size === undefined) return undefined;
  const downs = Math.log2(Number(size));
  if (Number.isInteger(downs) && downs >= UNET_DOWNS.min && downs <= UNET_DOWNS.max) return downs;
  throw new Pix2PixError(
    `--netG ${netG}: a U-Net is named after the size that it reduces to one pixel`,
    { netG, sizes: '32, 64, 128, 256, 512, 1024, 2048, 4096' },
    'pass --netG unet_256 or unet_128',
  );
}

/** The residual blocks of `resnet_<n>blocks`. Undefined if it is no such name. */
function resnetBlocks(netG: string): number | undefined {
  const blocks = /^resnet_([69])blocks$/.exec(netG)?.[1];
  return blocks === undefined ? undefined : Number(blocks);
}

/** Builds the generator that `--netG` names. Throws Pix2PixError for an unknown one. */
export function defineG(options: NetworkOptions): Module {
  const { inputNc, outputNc, ngf, norm, netG } = options;
  const init = { type: options.initType, gain: options.initGain };
  const upsampling: Upsampling = options.upsample ?? 'deconv';
  const common = { inputNc, outputNc, ngf, norm, dropout: !options.noDropout, upsampling, init };
  const blocks = resnetBlocks(netG);
  if (blocks !== undefined) return resnet({ ...common, blocks });
  const downs = unetDowns(netG);
  if (downs !== undefined) return unet({ ...common, downs });
  throw new Pix2PixError(
    `--netG ${netG}: there is no such generator`,
    { generators: 'unet_256, unet_128, unet_<a power of two>, resnet_9blocks, resnet_6blocks' },
    'pass --netG unet_256',
  );
}

/**
 * Builds the discriminator that `--netD` names, for images of `inputNc` channels. Throws Pix2PixError for an unknown
 * one.
 */
export function defineD(options: NetworkOptions, inputNc: number): Module {
  const { ndf, norm, nLayersD } = options;
  const common = { inputNc, ndf, norm, init: { type: options.initType, gain: options.initGain } };
  switch (options.netD) {
    case 'basic':
      return patchGAN({ ...common, layers: 3 });
    case 'n_layers':
      return patchGAN({ ...common, layers: nLayersD });
    case 'pixel':
      return pixelDiscriminator(common);
    default:
      throw new Pix2PixError(
        `--netD ${options.netD}: there is no such discriminator`,
        { discriminators: 'basic, n_layers, pixel' },
        'pass --netD basic',
      );
  }
}

/** Throws Pix2PixError, with the sizes that fit, when the generator cannot take images of this size. */
export function checkImageSize(netG: string, height: number, width: number): void {
  const downs = unetDowns(netG);
  const unit = downs !== undefined ? 2 ** downs : resnetBlocks(netG) !== undefined ? RESNET_UNIT : 1;
  if (height % unit === 0 && width % unit === 0) return;
  const nearest = (extent: number) => Math.max(unit, Math.round(extent / unit) * unit);
  const smaller = 2 ** Math.floor(Math.log2(Math.min(height, width)));
  throw new Pix2PixError(
    `${netG} cannot take images of ${width}×${height}: width and height must be multiples of ${unit}`,
    { nearest: `${nearest(width)}×${nearest(height)}` },
    `pass --crop_size ${nearest(Math.min(height, width))}` +
      (downs !== undefined && smaller >= 32 && smaller < unit ? `, or --netG unet_${smaller}` : ''),
  );
}
