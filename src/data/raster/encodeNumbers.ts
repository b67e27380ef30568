import { encode } from 'fast-png';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Raster } from './raster.js';
import { writeNpy } from './writeNpy.js';
import { MOST_TIFF_BYTES, writeTiff } from './writeTiff.js';

/** The formats that keep numbers as they are. */
export const NUMBER_FORMATS = ['png', 'tiff', 'npy'] as const;
export type NumberFormat = (typeof NUMBER_FORMATS)[number];

/**
 * Encodes numbers as they are: of any type and number of channels as TIFF and `.npy`; of 8 and 16 unsigned bits and up to
 * four channels as PNG, where those of classes have a palette.
 *
 * @throws Pix2PixError for a format that cannot hold them
 */
export function encodeNumbers(raster: Raster, format: NumberFormat): Uint8Array {
  const { data, width, height, channels, palette } = raster;
  if (format === 'npy') return writeNpy(raster);
  if (format === 'tiff') {
    if (data.byteLength <= MOST_TIFF_BYTES) return writeTiff(raster);
    throw new Pix2PixError('a TIFF holds 4 GB', { bytes: data.byteLength }, 'write npy');
  }
  if (!(data instanceof Uint8Array || data instanceof Uint16Array) || channels > 4)
    throw unfit(raster, 'png');
  const depth = data instanceof Uint8Array ? 8 : 16;
  return encode({ data, width, height, channels, depth, ...(palette && { palette: triples(palette) }) });
}

/** That a format has no place for such numbers. */
export function unfit({ channels, data }: Raster, format: string): Pix2PixError {
  const type = data.constructor.name.replace('Array', '').toLowerCase();
  return new Pix2PixError(
    `${format} cannot hold the translation`,
    { translation: `${channels} channels of ${type}`, format },
    'write tiff or npy',
  );
}

function triples(palette: Uint8Array): [number, number, number][] {
  return Array.from({ length: palette.length / 3 }, (_, i) => [
    palette[3 * i],
    palette[3 * i + 1],
    palette[3 * i + 2],
  ]);
}
