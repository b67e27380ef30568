import type { Sides } from '../../base/sides.js';
import type { Images } from '../batch/floatImages.js';
import type { Geometry } from '../batch/geometry.js';
import { fitImages, roundUp } from '../batch/padding.js';
import type { PixelData, Pixels } from '../batch/pixels.js';
import type { SideFormat } from '../batch/sideFormat.js';
import type { ColourJitter } from './colourJitter.js';
import { isPadded, type PreparationOptions } from './preparationOptions.js';
import { prepareNumbers } from './preparedNumbers.js';
import { cropResized, needsColours } from './transform.js';

/** An image: that of a file, or half of it. */
export interface ImagePart {
  readonly path: string;
  /** Before it is resized. */
  readonly size: Sides;
  readonly format: SideFormat;
  /**
   * The whole of it at another size: of bytes, as colours or luma; of others, as its format says. Nobody may change what comes: it
   * may be kept.
   */
  resized(to: Sides, channels: 1 | 3): Promise<Pixels<PixelData>>;
}

/** `prepare`, with the mirror image of its edges where networks take larger ones and `isPadded` says so. */
export async function preparePadded(
  part: ImagePart,
  geometry: Geometry,
  colour: ColourJitter | undefined,
  opt: Pick<PreparationOptions, 'preprocess' | 'isTrain' | 'imageUnit'>,
): Promise<Images> {
  const images = await prepare(part, geometry, colour);
  if (!isPadded(opt)) return images;
  const { imageUnit = 1 } = opt;
  const { width, height } = geometry.output;
  return fitImages(images, { width: roundUp(width, imageUnit), height: roundUp(height, imageUnit) });
}

/** The size to which what comes of a sample is cut back, where that is another than the networks'. */
export function sizeBeforePadding(
  { output }: Geometry,
  opt: Pick<PreparationOptions, 'preprocess' | 'isTrain'>,
): { readonly size?: Sides } {
  return isPadded(opt) ? { size: output } : {};
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
