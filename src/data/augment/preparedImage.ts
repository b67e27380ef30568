import type { Geometry } from '../batch/geometry.js';
import type { ImageBatch } from '../batch/imageBatch.js';
import { BadImageError } from '../decode/badImage.js';
import { decodeImage } from '../decode/decode.js';
import { MAX_PIXELS } from '../decode/limits.js';
import type { RgbImage } from '../decode/rgbImage.js';
import type { DataOptions } from '../options.js';
import type { ColourChange } from './colourChange.js';
import { type Region, transformImage } from './transform.js';

/** The options that decide what an image becomes. Plain data, so that they can be sent to a worker. */
export type PreparationOptions = Pick<
  DataOptions,
  | 'preprocess'
  | 'loadSize'
  | 'cropSize'
  | 'noFlip'
  | 'isTrain'
  | 'direction'
  | 'inputNc'
  | 'outputNc'
  | 'rotate'
  | 'colorJitter'
  | 'photoSide'
  | 'cutout'
>;

/** Of all options those. */
export function preparationOptions(opt: DataOptions): PreparationOptions {
  const { preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc } = opt;
  const { rotate, colorJitter, photoSide, cutout } = opt;
  return {
    ...{ preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc },
    ...{ rotate, colorJitter, photoSide, cutout },
  };
}

/** A decoded file, and the part of it that is meant. */
export interface ImagePart {
  readonly path: string;
  readonly image: RgbImage;
  readonly region: Region;
}

/** Throws BadImageError. */
export async function readWhole(path: string): Promise<ImagePart> {
  const image = await decodeImage(path);
  return { path, image, region: { left: 0, top: 0, width: image.width, height: image.height } };
}

/** Throws BadImageError for sizes that libvips or the batch could not take, before anything is allocated. */
export function checkResize({ path, region }: ImagePart, { resized: { width, height } }: Geometry): void {
  if (width > 0 && height > 0 && width * height <= MAX_PIXELS) return;
  throw new BadImageError(
    path,
    `its ${region.width}x${region.height} pixels would become ${width}x${height}`,
    'replace or remove the file, or choose another --preprocess',
  );
}

/** @param channels 1: luma; others: R, G, B */
export async function prepare(
  { image, region }: ImagePart,
  geometry: Geometry,
  channels: number,
  colour: ColourChange | undefined,
): Promise<ImageBatch> {
  const made = channels === 1 ? 1 : 3;
  const data = await transformImage(image, region, geometry, made, colour);
  const { width, height } = geometry.output;
  return { data, shape: [1, height, width, made] };
}
