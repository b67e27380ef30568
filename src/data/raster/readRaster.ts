import sharp from 'sharp';
import { BadImageError, decodable } from '../decode/badImage.js';
import { type FileFormat, formatOf } from '../decode/format.js';
import { readImageFile } from '../decode/imageFile.js';
import { checkSize, MAX_PIXELS } from '../decode/limits.js';
import { decodedRaster } from './decodedRaster.js';
import type { Raster, RasterHeader } from './raster.js';
import { readHdr, readHdrHeader } from './readHdr.js';
import { readNpy, readNpyHeader } from './readNpy.js';
import { readPng, readPngHeader } from './readPng.js';
import { readTiff, readTiffHeader } from './readTiff.js';

/** The most numbers that a raster may have: as many as the largest colour image. */
const MOST_NUMBERS = 3 * MAX_PIXELS;

interface Reader {
  header(name: string, file: Buffer): RasterHeader | Promise<RasterHeader>;
  read(name: string, file: Buffer): Raster | Promise<Raster>;
}

/** The formats whose numbers libvips would change. */
const READERS: Partial<Record<FileFormat, Reader>> = {
  npy: { header: readNpyHeader, read: readNpy },
  hdr: { header: readHdrHeader, read: readHdr },
  tiff: { header: readTiffHeader, read: readTiff },
  png: { header: (_, file) => readPngHeader(file), read: (_, file) => readPng(file) },
};

/** Settings of `readRaster`. */
export interface RasterOptions {
  /** Told the size before anything of it is allocated; reading waits for it. */
  readonly admit?: (pixels: number) => Promise<void>;
}

/**
 * The numbers of an image file as they are, of whatever type and however many channels: of `.npy`, `.hdr`, TIFF and PNG as
 * they are stored, of other formats as `decodeImage` has them, but with their opacity.
 *
 * @param source a path, or the contents of a file, which messages call `name`
 * @throws BadImageError, which names the file
 */
export async function readRaster(
  source: string | Uint8Array,
  name: string,
  { admit }: RasterOptions = {},
): Promise<Raster> {
  const file =
    typeof source === 'string'
      ? await readImageFile(source)
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const reader = READERS[formatOf(file) ?? 'jpeg'];
  if (reader === undefined) return decodedRaster(file, name, { admit });
  return decodable(name, async () => {
    const header = await reader.header(name, file);
    checkNumbers(name, header);
    await admit?.(header.width * header.height);
    return reader.read(name, file);
  });
}

/** Size and channels of what `readRaster` would give, from the header. Throws BadImageError. */
export async function readRasterHeader(path: string): Promise<RasterHeader> {
  const file = await readImageFile(path);
  const reader = READERS[formatOf(file) ?? 'jpeg'];
  if (reader !== undefined) return reader.header(path, file);
  const { autoOrient, channels = 3 } = await sharp(file).metadata();
  return { ...autoOrient, channels };
}

function checkNumbers(name: string, { width, height, channels }: RasterHeader): void {
  checkSize(name, { width, height });
  const numbers = width * height * channels;
  if (numbers > 0 && numbers <= MOST_NUMBERS) return;
  throw new BadImageError(
    name,
    `it has ${width}x${height} pixels of ${channels} channels, more than ${MOST_NUMBERS} numbers in all`,
    'cut it into parts',
  );
}
