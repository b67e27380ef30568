import sharp from 'sharp';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { TiffTag } from '../data/raster/raster.js';
import { writeNpy } from '../data/raster/writeNpy.js';
import { writeTiff } from '../data/raster/writeTiff.js';
import type { DeepImageBatch } from './portable/generator.js';

/** The files of pictures that translations are written as. */
export const pictureFormats = ['png', 'jpg', 'webp', 'tiff'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** The files that translations are written as. */
export const imageFormats = [...pictureFormats, 'npy'] as const;
/** One of `imageFormats`. */
export type ImageFormat = (typeof imageFormats)[number];

export interface EncodeOptions {
  readonly format: ImageFormat;
  /** Of JPEG and WebP, 1 ... 100. */
  readonly quality: number;
  /** Opacity of each pixel, of the image's own type. */
  readonly alpha?: Uint8Array | Uint16Array;
  /** What a TIFF says of its place on the earth. */
  readonly tags?: readonly TiffTag[];
}

/** The format that a file's name asks for; undefined for others. */
export function formatOfName(path: string): ImageFormat | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? '';
  const aliases: Readonly<Record<string, ImageFormat>> = { jpeg: 'jpg', tif: 'tiff' };
  return imageFormats.find((format) => format === (aliases[extension] ?? extension));
}

/** A format as it is asked for: `same` is that of the input's name, where there is one. */
export function formatLike(input: string, format: ImageFormat | 'same' | undefined): ImageFormat | undefined {
  return format === 'same' ? formatOfName(input) : format;
}

/**
 * Encodes one image of 1 (grey) or 3 (RGB) channels.
 * @throws Pix2PixError for other channels, and for 16 bits or alpha in a format that has none
 */
export async function encodeImage(
  { data, shape }: ImageBatch | DeepImageBatch,
  { format, quality, alpha, tags = [] }: EncodeOptions,
): Promise<Uint8Array> {
  const [, height, width, channels] = shape;
  requireRepresentable(channels, data instanceof Uint16Array, alpha !== undefined, format);
  const isDeep = data instanceof Uint16Array;
  const all = alpha === undefined ? data : withAlpha(data, alpha, channels);
  const plain = { data: all, width, height, channels: all.length / (width * height) };
  if (format === 'npy') return writeNpy(plain);
  if (format === 'tiff' && tags.length > 0) return writeTiff({ ...plain, tags });
  const raw = { width, height, channels: plain.channels as 1 | 2 | 3 | 4 };
  const image = sharp(all, { raw, limitInputPixels: false });
  if (channels === 1) image.toColourspace(isDeep ? 'grey16' : 'b-w');
  else if (isDeep) image.toColourspace('rgb16');
  switch (format) {
    case 'png':
      return image.png().toBuffer();
    case 'jpg':
      return image.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'webp':
      return image.webp({ quality }).toBuffer();
    case 'tiff':
      return image.tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer();
  }
}

/** The channels of each pixel, and its opacity. */
function withAlpha(
  data: Uint8Array | Uint16Array,
  alpha: Uint8Array | Uint16Array,
  channels: number,
): Uint8Array | Uint16Array {
  const all = new (data instanceof Uint16Array ? Uint16Array : Uint8Array)(data.length + alpha.length);
  for (let i = 0, from = 0, to = 0; i < alpha.length; i++) {
    for (let c = 0; c < channels; c++) all[to++] = data[from++];
    all[to++] = alpha[i];
  }
  return all;
}

function requireRepresentable(
  channels: number,
  isDeep: boolean,
  hasAlpha: boolean,
  format: ImageFormat,
): void {
  const refuse = (problem: string, fix: string): never => {
    throw new Pix2PixError(problem, { format }, fix);
  };
  if (channels !== 1 && channels !== 3) {
    refuse(`the translation has ${channels} channels, an image 1 or 3`, 'use loadGenerator, in code');
  }
  if (isDeep && (format === 'jpg' || format === 'webp'))
    refuse(`${format} has no 16 bits a channel`, 'write png or tiff');
  if (hasAlpha && format === 'jpg') refuse('jpg has no alpha channel', 'write png, webp or tiff');
}
