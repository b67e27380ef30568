import type { Images } from '../batch/floatImages.js';
import type { Geometry, Size } from '../batch/geometry.js';
import { fitImages, roundUp } from '../batch/padding.js';
import type { PixelData, Pixels } from '../batch/pixels.js';
import type { SideFormat } from '../batch/sideFormat.js';
import type { ColourJitter } from './colourJitter.js';
import type { PreparationOptions } from './preparationOptions.js';
import { prepareNumbers } from './preparedNumbers.js';
import { cropResized, needsColours } from './transform.js';

/** An image: that of a file, or half of it. */
export interface ImagePart {
  readonly path: string;
  /** Before it is resized. */
  readonly size: Size;
  readonly format: SideFormat;
  /**
   * The whole of it at another size: of bytes, as colours or luma; of others, as its format says. Nobody may change what comes: it
   * may be kept.
   */
  resized(to: Size, channels: 1 | 3): Promise<Pixels<PixelData>>;
}

/** `prepare`, with the mirror image of its edges where networks take larger ones (`--preprocess pad`). */
export async function preparePadded(
  part: ImagePart,
  geometry: Geometry,
  colour: ColourJitter | undefined,
  { preprocess, imageUnit = 1 }: Pick<PreparationOptions, 'preprocess' | 'imageUnit'>,
): Promise<Images> {
  const images = await prepare(part, geometry, colour);
  if (preprocess !== 'pad') return images;
  const { width, height } = geometry.output;
  return fitImages(images, { width: roundUp(width, imageUnit), height: roundUp(height, imageUnit) });
}

/** The size to which what comes of a sample is cut back, where that is another than the networks'. */
export function sizeBeforePadding(
  { output }: Geometry,
  { preprocess }: Pick<PreparationOptions, 'preprocess'>,
): { readonly size?: Size } {
  return preprocess === 'pad' ? { size: output } : {};
}

/** An image as networks take it: bytes, or floats where its numbers are others. */
export async function prepare(
  part: ImagePart,
  geometry: Geometry,
  colour: ColourJitter | undefined,
): Promise<Images> {
  const { format } = part;
  if (format.kind !== 'bytes') {
    return prepareNumbers(await part.resized(geometry.resized, 3), format, geometry, colour);
  }
  const resized = await part.resized(geometry.resized, needsColours(format.channels, geometry, colour));
  const data = await cropResized(resized as Pixels<Uint8Array>, geometry, format.channels, colour);
  const { width, height } = geometry.output;
  return { data, shape: [1, height, width, format.channels] };
}
