import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { makeFolder } from '../../../base/files/makeFolder.js';
import { BadImageError } from '../../decode/badImage.js';
import { isPicture } from '../../decode/isPicture.js';
import { openRaster } from '../../raster/openRaster.js';
import { placeTagsOfFile } from '../../raster/placeTags.js';
import type { Raster, RasterHeader } from '../../raster/raster.js';
import { inMemory, type OpenRaster } from '../../raster/rasterParts.js';
import { readRaster } from '../../raster/readRaster.js';

/** Larger pictures are laid out on the disk, where any part of them can be read: decoded, they would fill the memory. */
const IN_MEMORY = 16e6;

/** What decides how the levels of an image lie in memory. */
interface Levels {
  readonly bits: 8 | 16;
  readonly isGrey: boolean;
}

/**
 * Opens an image of any size, to read parts of it; numbers stay as they are. Of `.npy` and TIFF those parts alone are read. Other
 * pictures of 8 and 16 bits, with their grey and opacity, are in memory up to 16 megapixels, and lie beyond that as an
 * uncompressed file in `folder` until they are closed. `.hdr` and PNG of a palette are in memory, and as large at most as `readRaster` takes.
 *
 * @param most pixels up to which a picture is decoded whole
 * @throws BadImageError where it cannot be decoded, and where numbers are more than are read
 */
export async function openRegions(path: string, folder: string, most = IN_MEMORY): Promise<OpenRaster> {
  const opened = await openRaster(path);
  if (opened !== undefined) return opened;
  const file = () => sharp(path, { limitInputPixels: false, ignoreIcc: true });
  const header = await file()
    .metadata()
    .catch(() => undefined);
  if (header === undefined || holdsNumbers(header)) return inMemory(await readRaster(path, path));
  const levels: Levels = { bits: header.depth === 'ushort' ? 16 : 8, isGrey: header.channels <= 2 };
  const oriented = inOwnSpace(file().autoOrient(), levels);
  const { width, height } = header.autoOrient;
  const tags = header.format === 'tiff' ? await placeTagsOfFile(path) : [];
  const laidOut = join(folder, `.crop-${randomBytes(6).toString('hex')}.tif`);
  try {
    if (width * height <= most) return inMemory({ ...(await rasterOf(oriented, levels)), tags });
    makeFolder(folder);
    await oriented
      .tiff({ compression: 'none', tile: true, tileWidth: 256, tileHeight: 256, bigtiff: true })
      .toFile(laidOut);
    const { channels = 3 } = await sharp(laidOut, { limitInputPixels: false }).metadata();
    return { tags, ...regionsOnDisk(laidOut, { width, height, channels }, levels) };
  } catch (error) {
    await rm(laidOut, { force: true });
    throw new BadImageError(path, `it cannot be decoded: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Whether libvips would change what is in it: a palette's numbers into colours, floats and further bands into others. */
function holdsNumbers(header: Metadata): boolean {
  return !isPicture(header) || (header.format === 'png' && header.isPalette === true);
}

function regionsOnDisk(path: string, header: RasterHeader, levels: Levels): OpenRaster {
  return {
    ...header,
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
