import { Pix2PixError } from '../errors/pix2pixError.js';
import type { InitType } from '../nn/initialise.js';
import type { Module } from '../nn/module.js';
import type { NormType } from '../nn/norm.js';
import { patchGAN, pixelDiscriminator } from './discriminators.js';
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
}

/** Fewest and most halvings of a U-Net: its three widenings need five; 2^12 is 4096 pixels. */
const UNET_DOWNS = { min: 5, max: 12 };

/** How often `unet_<size>` or `tf_unet_<size>` halves an image: 8 for unet_256. Undefined if it is no U-Net's name. */
export function unetDowns(netG: string): number | undefined {
  const size = /^(?:tf_)?unet_(\d+)$/.exec(netG)?.[1];
  if (size === undefined) return undefined;
  const downs = Math.log2(Number(size));
  if (Number.isInteger(downs) && downs >= UNET_DOWNS.min && downs <= UNET_DOWNS.max) return downs;
  throw new Pix2PixError(
    `--netG ${netG}: a U-Net is named after the size that it reduces to one pixel`,
    { netG, sizes: '32, 64, 128, 256, 512, 1024, 2048, 4096' },
    'pass --netG unet_256 or unet_128',
  );
}

/** Builds the generator that `--netG` names. Throws Pix2PixError for an unknown one. */
export function defineG(options: NetworkOptions): Module {
  const downs = unetDowns(options.netG);
  if (downs === undefined) {
    throw new Pix2PixError(
      `--netG ${options.netG}: there is no such generator`,
      { generators: 'unet_256, unet_128, unet_<a power of two>, tf_unet_256' },
      'pass --netG unet_256',
    );
  }
  const { inputNc, outputNc, ngf, norm } = options;
  const init = { type: options.initType, gain: options.initGain };
  const layout = options.netG.startsWith('tf_') ? 'tensorflow' : 'reference';
  return unet({ inputNc, outputNc, downs, ngf, norm, dropout: !options.noDropout, init, layout });
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

/** What width and height of a generator's images must be multiples of, so that what comes out is as large. */
export function sizeUnit(netG: string): number {
  return 2 ** (unetDowns(netG) ?? RESNET_DOWNS);
}

/** How often the generators that are no U-Nets halve an image. */
const RESNET_DOWNS = 2;

/** Throws Pix2PixError, with the sizes that fit, when the generator cannot take images of this size. */
export function checkImageSize(netG: string, height: number, width: number): void {
  const downs = unetDowns(netG);
  if (downs === undefined) return;
  const unit = 2 ** downs;
  if (height % unit === 0 && width % unit === 0) return;
  const nearest = (extent: number) => Math.max(unit, Math.round(extent / unit) * unit);
  const smaller = 2 ** Math.floor(Math.log2(Math.min(height, width)));
  throw new Pix2PixError(
    `${netG} cannot take images of ${width}×${height}: width and height must be multiples of ${unit}`,
    { nearest: `${nearest(width)}×${nearest(height)}` },
    `pass --crop_size ${nearest(Math.min(height, width))}` +
      (smaller >= 32 && smaller < unit ? `, or --netG unet_${smaller}` : ''),
  );
}
