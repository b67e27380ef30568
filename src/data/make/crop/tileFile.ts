import sharp from 'sharp';
import { encodeNumbers } from '../../raster/encodeNumbers.js';
import type { NumberArray, Raster, TiffTag } from '../../raster/raster.js';
import { inOwnSpace } from './imageRegions.js';

/** In what format the tiles of an image are, so that they lose nothing. */
export type TileFormat = 'png' | 'tiff' | 'npy';

/** PNG where it holds the numbers, and there is no place on the earth to keep; of `.npy` the same. */
export function tileFormat({ data, channels }: Raster, path: string, tags: readonly TiffTag[]): TileFormat {
  if (/\.npy$/i.test(path)) return 'npy';
  const fitsPng = (data instanceof Uint8Array || data instanceof Uint16Array) && channels <= 4;
  return fitsPng && tags.length === 0 ? 'png' : 'tiff';
}

/** Encodes a tile. */
export async function encodeTile(tile: Raster, format: TileFormat): Promise<Uint8Array> {
  const { data, width, height, channels, palette } = tile;
  if (format !== 'png' || palette !== undefined) return encodeNumbers(tile, format);
  const levels = data as Uint8Array | Uint16Array;
  const bits = levels instanceof Uint16Array ? 16 : 8;
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
  return inOwnSpace(sharp(levels, { raw }), { bits, isGrey: channels <= 2 })
    .png()
    .toBuffer();
}

/** Two tiles of one image in one; its place on the earth is that of neither. */
export function beside(a: Raster, b: Raster): Raster {
  const { width, height, channels } = a;
  const row = width * channels;
  const data = new (a.data.constructor as new (length: number) => NumberArray)(2 * row * height);
  for (let y = 0; y < height; y++) {
    data.set(a.data.subarray(y * row, (y + 1) * row), 2 * y * row);
    data.set(b.data.subarray(y * row, (y + 1) * row), (2 * y + 1) * row);
  }
  return { ...a, data, width: 2 * width, tags: undefined };
}
