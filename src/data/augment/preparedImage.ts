import type { Geometry, Size } from '../batch/geometry.js';
import type { ImageBatch } from '../batch/imageBatch.js';
import type { Pixels } from '../batch/pixels.js';
import type { ColourJitter } from './colourJitter.js';
import { cropResized, needsColours } from './transform.js';

/** An image: that of a file, or half of it. */
export interface ImagePart {
  readonly path: string;
  /** Before it is resized. */
  readonly size: Size;
  /** The whole of it at another size, as colours or luma. Nobody may change what comes: it may be kept. */
  resized(to: Size, channels: 1 | 3): Promise<Pixels>;
}

/** @param channels 1: luma; others: R, G, B */
export async function prepare(
  part: ImagePart,
  geometry: Geometry,
  channels: number,
  colour: ColourJitter | undefined,
): Promise<ImageBatch> {
  const made = channels === 1 ? 1 : 3;
  const resized = await part.resized(geometry.resized, needsColours(made, geometry, colour));
  const data = await cropResized(resized, geometry, made, colour);
  const { width, height } = geometry.output;
  return { data, shape: [1, height, width, made] };
}
