import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { encodeNumbers, unfit } from '../data/raster/encodeNumbers.js';
import type { Raster } from '../data/raster/raster.js';
import { type EncodeOptions, encodeImage } from './encodeImage.js';

/**
 * Encodes numbers in any format of a translation: JPEG and WebP hold pictures of 8 bits alone.
 * @throws Pix2PixError for a format that cannot hold them
 */
export async function encodePicture(raster: Raster, options: EncodeOptions): Promise<Uint8Array> {
  const { format } = options;
  if (format !== 'jpg' && format !== 'webp') return encodeNumbers(raster, format);
  const { data, width, height, channels, palette } = raster;
  if (!(data instanceof Uint8Array) || (channels !== 1 && channels !== 3)) throw unfit(raster, format);
  if (palette === undefined) return encodeImage({ data, shape: [1, height, width, channels] }, options);
  throw new Pix2PixError(`${format} changes numbers, and so classes`, { format }, 'write png, tiff or npy');
}
