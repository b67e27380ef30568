import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { pixelSize } from '../../options/pixelSize.js';
import { identityLayer, tanhLayer } from '../layers/activation.js';
import type { InitType } from '../layers/initialise.js';
import type { Module } from '../layers/module.js';
import type { NormType } from '../layers/norm.js';
import { type Discriminator, multiScale, patchGAN, pixelDiscriminator } from './discriminators.js';
import { receptiveFields } from './receptiveField.js';
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
  /** Separable convolutions in the generator; of tf_unet_256 alone. */
  readonly separableConv?: boolean;
  readonly spectralNorm?: 'none' | 'D' | 'G' | 'both';
  /** Of labels that come out: with cross_entropy the generator gives logits, without tanh. */
  readonly labelLoss?: 'l1' | 'cross_entropy';
  /** Discriminators, each for half the size of the one before. */
  readonly numD?: number;
}

/** Fewest and most halvings of a U-Net: its three widenings need five; 2^12 is 4096 pixels. */
const UNET_DOWNS = { min: 5, max: 12 };

/** A residual generator halves twice and doubles twice. */
const RESNET_UNIT = 4;

/**
 * How often `unet_<size>`, `tf_unet_<size>` or `encoder_decoder_<size>` halves an image: 8 for unet_256. Undefined for
 * other names.
 */
export function unetDowns(netG: string): number | undefined {
  const size = /^(?:unet|tf_unet|encoder_decoder)_(\d+)$/.exec(netG)?.[1];
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
  const common = {
    inputNc,
    outputNc,
    ngf,
    norm,
    dropout: !options.noDropout,
    upsampling,
    init,
    spectralNorm: isSpectral(options, 'G'),
    last: options.labelLoss === 'cross_entropy' ? identityLayer : tanhLayer,
  };
  const { separableConv: separable = false } = options;
  if (separable && !netG.startsWith('tf_')) {
    throw new Pix2PixError(
      `--separable_conv and --netG ${netG} contradict each other`,
      {},
      'pass --netG tf_unet_256, the TensorFlow port’s generator, which can have them',
    );
  }
  const blocks = resnetBlocks(netG);
  if (blocks !== undefined) return resnet({ ...common, blocks });
  const downs = unetDowns(netG);
  const skips = !netG.startsWith('encoder_decoder_');
  const layout = netG.startsWith('tf_') ? 'tensorflow' : 'reference';
  if (downs !== undefined) return unet({ ...common, downs, skips, layout, separable });
  throw new Pix2PixError(
    `--netG ${netG}: there is no such generator`,
    {
      generators:
        'unet_256, unet_<a power of two>, resnet_9blocks, resnet_6blocks, encoder_decoder_256, tf_unet_256',
    },
    'pass --netG unet_256',
  );
}

/** Layers of the discriminators that are named after the side of their patches (Isola et al. 2017, appendix 6.1.2). */
const PATCHES: Readonly<Record<string, number>> = { patch16: 1, patch70: 3, basic: 3, patch286: 5 };

/**
 * Builds the discriminator that `--netD` names, for images of `inputNc` channels. Throws Pix2PixError for an unknown
 * one.
 */
export function defineD(options: NetworkOptions, inputNc: number): DefinedDiscriminator {
  const { numD = 1 } = options;
  const make = (prefix: string) => oneScale(options, inputNc, prefix);
  const network = numD === 1 ? make('') : multiScale(numD, make);
  const patches = receptiveFields(network, inputNc).map((side) => `${side}x${side}`);
  return { ...network, note: `judges patches of ${patches.join(' and ')} pixels` };
}

/** A discriminator that says what it judges. */
export type DefinedDiscriminator = Discriminator & { readonly note: string };

function oneScale(options: NetworkOptions, inputNc: number, prefix: string): Discriminator {
  const { netD, ndf, norm, nLayersD } = options;
  const init = { type: options.initType, gain: options.initGain };
  const spectralNorm = isSpectral(options, 'D');
  const common = { inputNc, ndf, norm, init, spectralNorm, prefix };
  if (netD === 'pixel') return pixelDiscriminator(common);
  const layers = netD === 'n_layers' ? nLayersD : PATCHES[netD];
  if (layers !== undefined) return patchGAN({ ...common, layers });
  throw new Pix2PixError(
    `--netD ${netD}: there is no such discriminator`,
    { discriminators: 'basic, n_layers, pixel, patch16, patch70, patch286' },
    'pass --netD basic',
  );
}

function isSpectral({ spectralNorm = 'none' }: NetworkOptions, network: 'G' | 'D'): boolean {
  return spectralNorm === 'both' || spectralNorm === network;
}

/** Width and height of a generator's images must be multiples of this, so that its output is as large. */
export function sizeUnit(netG: string): number {
  const downs = unetDowns(netG);
  return downs === undefined ? RESNET_UNIT : 2 ** downs;
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
    `pass --crop_size ${pixelSize({ width: nearest(width), height: nearest(height) })}` +
      (downs !== undefined && smaller >= 32 && smaller < unit
        ? `, or --netG ${netG.replace(/\d+$/, `${smaller}`)}`
        : ''),
  );
}
