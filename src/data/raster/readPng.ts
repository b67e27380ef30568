import { decode } from 'fast-png';
import { pixelChunks } from './pngChunks.js';
import type { Raster, RasterHeader } from './raster.js';

/** Channels by the type of colour in the header. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Reads a PNG as it is: 16 bits stay 16, and an image of a palette stays the numbers of its colours, with the palette
 * beside them. libvips looks colours up, and those of labels are not to be told apart then.
 */
export function readPng(file: Buffer): Raster {
  const { width, height, channels, data, palette, depth } = decode(pixelChunks(file));
  const numbers =
    depth === 16 ? (data as Uint16Array) : new Uint8Array(unpack(data, width, height, channels, depth));
  const colours = palette && Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3)));
  const hasAlpha = channels === 2 || channels === 4;
  const known = colours ? { palette: colours } : depth < 8 ? { bits: depth } : {};
  return { data: numbers, width, height, channels, hasAlpha, ...known };
}

export function readPngHeader(file: Buffer): RasterHeader {
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), channels: CHANNELS[file[25]] ?? 4 };
}

/** Numbers of less than 8 bits, each row of which begins with a byte of its own, one a byte. */
function unpack(
  data: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
  depth: number,
): ArrayLike<number> {
  if (depth === 8) return data;
  const [perByte, mask] = [8 / depth, 2 ** depth - 1];
  const stride = Math.ceil((width * channels) / perByte);
  const numbers = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      numbers[y * width + x] =
        (data[y * stride + Math.floor(x / perByte)] >> (8 - depth * ((x % perByte) + 1))) & mask;
  return numbers;
}
