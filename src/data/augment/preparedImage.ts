import type { Geometry } from '../batch/geometry.js';
import type { ImageBatch } from '../batch/imageBatch.js';
import { decodeImage } from '../decode/decode.js';
import type { OnFileNote } from '../decode/decodeNote.js';
import type { RgbImage } from '../decode/rgbImage.js';
import type { ColourJitter } from './colourJitter.js';
import { type Region, transformImage } from './transform.js';

/** A decoded file, and the part of it that is meant. */
export interface ImagePart {
  readonly path: string;
  readonly image: RgbImage;
  readonly region: Region;
}

/** Throws BadImageError. */
export async function readWhole(path: string, onNote?: OnFileNote): Promise<ImagePart> {
  const image = await decodeImage(path, (note) => onNote?.(path, note));
  return { path, image, region: { left: 0, top: 0, width: image.width, height: image.height } };
}

/** @param channels 1: luma; others: R, G, B */
export async function prepare(
  { image, region }: ImagePart,
  geometry: Geometry,
  channels: number,
  colour: ColourJitter | undefined,
): Promise<ImageBatch> {
  const made = channels === 1 ? 1 : 3;
  const data = await transformImage(image, region, geometry, made, colour);
  const { width, height } = geometry.output;
  return { data, shape: [1, height, width, made] };
}
