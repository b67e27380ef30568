import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { makeFolder } from '../../../base/files/makeFolder.js';
import type { Size } from '../../batch/geometry.js';
import { cropPixels, type Region } from '../../batch/pixels.js';
import { BadImageError } from '../../decode/badImage.js';
import { isPicture } from '../../decode/isPicture.js';
import type { Raster, TiffTag } from '../../raster/raster.js';
import { readRaster } from '../../raster/readRaster.js';
import { placeTagsOfFile } from '../../raster/readTiff.js';

/** Larger images are laid out on the disk, where any part of them can be read: decoded, they would fill the memory. */
const IN_MEMORY = 16e6;

/** An image of which parts are read. */
export interface ImageRegions extends Size {
  read(place: Region): Promise<Raster>;
  /** Its place on the earth. */
  readonly tags: readonly TiffTag[];
  close(): Promise<void>;
}

/** What decides how the levels of an image lie in memory. */
interface Levels {
  readonly bits: 8 | 16;
  readonly isGrey: boolean;
}

/**
 * Opens an image of any size. Numbers stay as they are: those of a palette, floats, and any number of channels, which are in
 * memory. Pictures of 8 and 16 bits, with their grey and opacity, are so up to 16 megapixels, and lie beyond that as an
 * uncompressed file in `folder` until they are closed.
 *
 * @param inMemory pixels up to which a picture is decoded whole
 * @throws BadImageError where it cannot be decoded, and where numbers are more than are read
 */
export async function openRegions(path: string, folder: string, inMemory = IN_MEMORY): Promise<ImageRegions> {
  const file = () => sharp(path, { limitInputPixels: false, ignoreIcc: true });
  const header = await file()
    .metadata()
    .catch(() => undefined);
  if (header === undefined || holdsNumbers(header, inMemory)) return regionsOfNumbers(path);
  const levels: Levels = { bits: header.depth === 'ushort' ? 16 : 8, isGrey: header.channels <= 2 };
  const oriented = inOwnSpace(file().autoOrient(), levels);
  const { width, height } = header.autoOrient;
  const tags = header.format === 'tiff' ? await placeTagsOfFile(path) : [];
  try {
    if (width * height <= inMemory) return { ...regionsInMemory(await rasterOf(oriented, levels)), tags };
    makeFolder(folder);
    const laidOut = join(folder, `.crop-${randomBytes(6).toString('hex')}.tif`);
    await oriented
      .tiff({ compression: 'none', tile: true, tileWidth: 256, tileHeight: 256, bigtiff: true })
      .toFile(laidOut);
    return { ...regionsOnDisk(laidOut, { width, height }, levels), tags };
  } catch (error) {
    throw new BadImageError(path, `it cannot be decoded: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Whether libvips would change what is in it: a palette's numbers into colours, floats and further bands into others. */
function holdsNumbers(header: Metadata, inMemory: number): boolean {
  const { format, isPalette, autoOrient } = header;
  const isSmallTiff = format === 'tiff' && autoOrient.width * autoOrient.height <= inMemory;
  return !isPicture(header) || isSmallTiff || (format === 'png' && isPalette === true);
}

async function regionsOfNumbers(path: string): Promise<ImageRegions> {
  return regionsInMemory(await readRaster(path, path));
}

function regionsInMemory(raster: Raster): ImageRegions {
  const { width, height, tags = [] } = raster;
  return {
    width,
    height,
    tags,
    read: async (place) => ({ ...raster, ...cropPixels(raster, place, false) }),
    close: async () => {},
  };
}

function regionsOnDisk(path: string, size: Size, levels: Levels): Omit<ImageRegions, 'tags'> {
  return {
    ...size,
    read: (place) =>
      rasterOf(inOwnSpace(sharp(path, { limitInputPixels: false }).extract(place), levels), levels),
    close: () => rm(path, { force: true }),
  };
}

async function rasterOf(image: Sharp, { bits }: Levels): Promise<Raster> {
  const { data, info } = await image
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const numbers = bits === 16 ? new Uint16Array(Uint8Array.from(data).buffer) : data;
  return { data: numbers, width, height, channels };
}

/** Without this libvips would make 8 bits of 16, and three channels of one. */
export function inOwnSpace(image: Sharp, { bits, isGrey }: Levels): Sharp {
  if (bits === 16) return image.toColourspace(isGrey ? 'grey16' : 'rgb16');
  return image.toColourspace(isGrey ? 'b-w' : 'srgb');
}
