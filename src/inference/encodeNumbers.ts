import { encode } from 'fast-png';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Raster } from '../data/raster/raster.js';
import { writeNpy } from '../data/raster/writeNpy.js';
import { MOST_TIFF_BYTES, writeTiff } from '../data/raster/writeTiff.js';
import { type EncodeOptions, encodeImage } from './encodeImage.js';

/**
 * Encodes numbers as they are: of any type and number of channels as TIFF and `.npy`, of 8 and 16 bits and up to four
 * channels as PNG, where those of classes have a palette.
 *
 * @throws Pix2PixError for a format that cannot hold them
 */
export async function encodeNumbers(raster: Raster, options: EncodeOptions): Promise<Uint8Array> {
  const { data, width, height, channels, palette } = raster;
  switch (options.format) {
    case 'npy':
      return writeNpy(raster);
    case 'tiff':
      if (data.byteLength > MOST_TIFF_BYTES)
        throw new Pix2PixError('a TIFF holds 4 GB', { bytes: data.byteLength }, 'write npy');
      return writeTiff(raster);
    case 'png': {
      const depth = data instanceof Uint8Array ? 8 : 16;
      if (!(data instanceof Uint8Array || data instanceof Uint16Array) || channels > 4)
        throw unfit(raster, 'png');
      const colours = palette && { palette: triples(palette) };
      return encode({ data, width, height, channels, depth, ...colours });
    }
    default:
      if (!(data instanceof Uint8Array) || (channels !== 1 && channels !== 3))
        throw unfit(raster, options.format);
      if (palette !== undefined) {
        const facts = { format: options.format };
        throw new Pix2PixError(
          `${options.format} changes numbers, and so classes`,
          facts,
          'write png, tiff or npy',
        );
      }
      return encodeImage({ data, shape: [1, height, width, channels] }, options);
  }
}

function unfit({ channels, data }: Raster, format: string): Pix2PixError {
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
