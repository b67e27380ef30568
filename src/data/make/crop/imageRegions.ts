import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata, type Raw, type Sharp } from 'sharp';
import { makeFolder } from '../../../base/files/makeFolder.js';
import { BadImageError } from '../../decode/badImage.js';
import { decodeImage } from '../../decode/decode.js';

/** Larger images are laid out on the disk, where any part of them can be read: decoded, they would fill the memory. */
const IN_MEMORY = 16e6;

/** A part of an image: rows of interleaved channels. */
export interface Region {
  readonly data: Buffer;
  readonly raw: Raw & { readonly bits: 8 | 16 };
}

/** An image of which parts are read. */
export interface ImageRegions {
  readonly width: number;
  readonly height: number;
  read(place: { left: number; top: number; width: number; height: number }): Promise<Region>;
  close(): Promise<void>;
}

/** What decides how the levels of an image lie in memory. */
interface Levels {
  readonly bits: 8 | 16;
  readonly isGrey: boolean;
}

/**
 * Opens an image of any size: in memory up to 16 megapixels, beyond that as an uncompressed file in `folder` until it is closed.
 * Bits, grey and opacity stay as they are.
 *
 * @param inMemory pixels up to which it is decoded whole
 * @throws BadImageError where it cannot be decoded, or has more bands than libvips knows the meaning of
 */
export async function openRegions(path: string, folder: string, inMemory = IN_MEMORY): Promise<ImageRegions> {
  const file = () => sharp(path, { limitInputPixels: false, ignoreIcc: true });
  const header = await file()
    .metadata()
    .catch(() => undefined);
  if (header === undefined) return regionsOfRgb(path);
  requireKnownBands(path, header);
  const levels: Levels = { bits: header.depth === 'ushort' ? 16 : 8, isGrey: header.channels <= 2 };
  const oriented = inOwnSpace(file().autoOrient(), levels);
  const { width, height } = header.autoOrient;
  try {
    if (width * height <= inMemory) {
      const { data, info } = await rawOf(oriented, levels);
      return regionsInMemory(data, { ...info, bits: levels.bits });
    }
    makeFolder(folder);
    const laidOut = join(folder, `.crop-${randomBytes(6).toString('hex')}.tif`);
    await oriented
      .tiff({ compression: 'none', tile: true, tileWidth: 256, tileHeight: 256, bigtiff: true })
      .toFile(laidOut);
    return regionsOnDisk(laidOut, { width, height }, levels);
  } catch (error) {
    throw new BadImageError(path, `it cannot be decoded: ${(error as Error).message.split('\n')[0]}`);
  }
}

function regionsInMemory(data: Buffer, { width, height, channels, bits }: Region['raw']): ImageRegions {
  const pixel = (channels * bits) / 8;
  return {
    ...{ width, height },
    read: async ({ left, top, width: w, height: h }) => {
      const region = Buffer.allocUnsafe(w * h * pixel);
      for (let row = 0; row < h; row++) {
        const from = ((top + row) * width + left) * pixel;
        data.copy(region, row * w * pixel, from, from + w * pixel);
      }
      return { data: region, raw: { width: w, height: h, channels, bits } };
    },
    close: async () => {},
  };
}

function regionsOnDisk(
  path: string,
  size: { readonly width: number; readonly height: number },
  levels: Levels,
): ImageRegions {
  return {
    ...size,
    read: async (place) => {
      const part = sharp(path, { limitInputPixels: false }).extract(place);
      const { data, info } = await rawOf(inOwnSpace(part, levels), levels);
      return { data, raw: { ...info, bits: levels.bits } };
    },
    close: () => rm(path, { force: true }),
  };
}

/** Of formats that libvips does not read. */
async function regionsOfRgb(path: string): Promise<ImageRegions> {
  const { data, ...size } = await decodeImage(path);
  return regionsInMemory(Buffer.from(data), { ...size, channels: 3, bits: 8 });
}

function requireKnownBands(path: string, { channels, depth, space }: Metadata): void {
  const isKnown = (depth === 'uchar' || depth === 'ushort') && channels <= 4 && space !== 'multiband';
  if (isKnown) return;
  throw new BadImageError(
    path,
    `it has ${channels} bands of type ${depth}`,
    'cut it with a tool for such images',
  );
}

async function rawOf(image: Sharp, { bits }: Levels): Promise<{ data: Buffer; info: Raw }> {
  const { data, info } = await image
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data, info: { width, height, channels } };
}

/** Without this libvips would make 8 bits of 16, and three channels of one. */
export function inOwnSpace(image: Sharp, { bits, isGrey }: Levels): Sharp {
  if (bits === 16) return image.toColourspace(isGrey ? 'grey16' : 'rgb16');
  return image.toColourspace(isGrey ? 'b-w' : 'srgb');
}
