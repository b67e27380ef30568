import { readFile, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { BadImageError } from './badImage.js';
import { decodeBmp, readBmpHeader } from './bmp.js';

/** Decoded pixels: R, G, B bytes in rows from the top, `data[(y·width + x)·3 + channel]`. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The largest file that is read. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** The largest image that is decoded, 179 megapixels: the count from which PIL, too, refuses (a decompression bomb). */
export const MAX_PIXELS = 178_956_970;

// One libvips thread an image: several images are decoded at once, and training needs the cores.
sharp.concurrency(1);
sharp.cache(false);

/** How the first bytes of a file look. SVG and other formats that libvips may know are no training images. */
const signatures: Readonly<Record<string, RegExp>> = {
  jpeg: /^\xff\xd8\xff/,
  png: /^\x89PNG\r\n/,
  gif: /^GIF8[79]a/,
  webp: /^RIFF.{4}WEBP/s,
  tiff: /^(II[*+]|MM.[*+])/s,
  bmp: /^BM/,
};

/**
 * Decodes a JPEG, PNG, WebP, TIFF, BMP or GIF file (the first frame or page), judged by its content, to 8-bit RGB,
 * by these rules:
 *
 * - EXIF orientation is applied, so that the picture stands as cameras and viewers show it;
 * - grayscale becomes three equal channels; a palette is looked up; alpha is dropped, whatever lies under
 *   transparency stays (as PIL's `convert('RGB')`);
 * - CMYK is converted by the built-in CMYK profile of libvips; other embedded colour profiles are ignored (as PIL);
 * - 16 bits become 8 by their high byte; floating-point and 32-bit pixels are refused, they have no agreed range.
 *
 * An intact RGB JPEG gives the bytes that PIL gives.
 *
 * @throws BadImageError, which names the file, when it is missing, empty, too large, damaged or of another format
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const file = await readImageFile(path);
  const format = formatOf(file);
  if (format === undefined) {
    throw new BadImageError(path, 'it is no JPEG, PNG, WebP, TIFF, BMP or GIF', 'convert or remove the file');
  }
  try {
    return format === 'bmp' ? decodeBitmap(path, file) : await decodeByLibvips(path, file);
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    throw new BadImageError(path, `it cannot be decoded: ${firstLine((cause as Error).message)}`);
  }
}

async function readImageFile(path: string): Promise<Buffer> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!isFile) throw new BadImageError(path, 'it is no regular file');
    if (size === 0) throw new BadImageError(path, 'it is empty (zero bytes)');
    if (size > MAX_FILE_BYTES) throw new BadImageError(path, `${size} bytes, more than ${MAX_FILE_BYTES}`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    throw new BadImageError(path, `it cannot be read: ${(cause as Error).message}`);
  }
}

function formatOf(file: Buffer): string | undefined {
  const start = file.toString('latin1', 0, 16);
  return Object.keys(signatures).find((format) => signatures[format].test(start));
}

function decodeBitmap(path: string, file: Buffer): RgbImage {
  checkSize(path, readBmpHeader(file));
  return decodeBmp(file);
}

async function decodeByLibvips(path: string, file: Buffer): Promise<RgbImage> {
  const header = await sharp(file, { limitInputPixels: false, failOn: 'error' }).metadata();
  checkSize(path, header);
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw new BadImageError(
      path,
      `its pixels are of type ${header.depth}`,
      'save it with 8 or 16 bits a channel',
    );
  }
  // 'error' lets pass what libjpeg only warns of (stray bytes between markers), as PIL does, but no truncation
  const { data, info } = await sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true })
    .autoOrient()
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3)
    throw new BadImageError(path, `it has ${info.channels} channels`, 'save it as RGB');
  return { data, width: info.width, height: info.height };
}

function checkSize(path: string, { width, height }: { width: number; height: number }): void {
  if (width * height <= MAX_PIXELS) return;
  throw new BadImageError(
    path,
    `it has ${width}x${height} pixels, more than ${MAX_PIXELS} in all`,
    'scale it down or cut it into parts',
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
