import { readFile, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError, systemCode } from '../../base/files/systemError.js';
import { BadImageError } from './badImage.js';
import { decodeBmp, readBmpHeader } from './bmp.js';

/** Decoded pixels: R, G, B bytes in rows from the top, `data[(y·width + x)·3 + channel]`. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Codes of what this process has too little of: they stop the work, and no image is left out for them. */
const LIMITS = ['EMFILE', 'ENFILE', 'ENOMEM'];
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
 * - greyscale becomes three equal channels; a palette is looked up; alpha is dropped, whatever lies under
 *   transparency stays (as PIL's `convert('RGB')`);
 * - CMYK is converted by the built-in CMYK profile of libvips; other embedded colour profiles are ignored (as PIL);
 * - 16 bits become 8 by their high byte; floating-point and 32-bit pixels are refused, they have no agreed range.
 *
 * An intact RGB JPEG gives the bytes that PIL gives.
 *
 * @throws BadImageError, which names the file, when it is missing, empty, too large, damaged or of another format
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  return (await decodeFile(path, await readImageFile(path))) as RgbImage;
}

/** Decoded pixels with all that a file may have. */
export interface DeepImage {
  /** R, G, B; 0 ... 255 or 0 ... 65535. */
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Opacity in the same range, one element a pixel; absent where it was not asked for or the file has none. */
  readonly alpha?: Uint8Array | Uint16Array;
}

export interface DecodeOptions {
  /** Bits of a channel. Files of 8 bits are spread over 16: 255 becomes 65535. Default: 8. */
  readonly depth?: 8 | 16;
  /** Whether to keep an alpha channel. Default: no. */
  readonly alpha?: boolean;
  /** Told the size before anything of it is allocated; decoding waits for it. */
  readonly admit?: (pixels: number) => Promise<void>;
}

/**
 * As `decodeImage`, of a file that is in memory or is named by its path, with 16 bits and alpha where asked.
 * @param name what messages call the file
 * @throws BadImageError
 */
export async function decodeDeepImage(
  source: string | Uint8Array,
  name: string,
  options: DecodeOptions = {},
): Promise<DeepImage> {
  const file =
    typeof source === 'string'
      ? await readImageFile(source)
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (file.length === 0) throw new BadImageError(name, 'it is empty (zero bytes)');
  if (file.length > MAX_FILE_BYTES)
    throw new BadImageError(name, `${file.length} bytes, more than ${MAX_FILE_BYTES}`);
  return decodeFile(name, file, options);
}

async function decodeFile(name: string, file: Buffer, options: DecodeOptions = {}): Promise<DeepImage> {
  const format = formatOf(file);
  if (format === undefined) {
    throw new BadImageError(name, 'it is no JPEG, PNG, WebP, TIFF, BMP or GIF', 'convert or remove the file');
  }
  try {
    return format === 'bmp'
      ? await decodeBitmap(name, file, options)
      : await decodeByLibvips(name, file, options);
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    throw new BadImageError(name, `it cannot be decoded: ${firstLine((cause as Error).message)}`);
  }
}

/**
 * The bytes of an image's file.
 * @throws BadImageError where it is missing, empty, too large, or no regular file: a pipe would be waited for without end
 */
export async function readImageFile(path: string): Promise<Buffer> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!isFile) throw new BadImageError(path, 'it is no regular file');
    if (size === 0) throw new BadImageError(path, 'it is empty (zero bytes)');
    if (size > MAX_FILE_BYTES) throw new BadImageError(path, `${size} bytes, more than ${MAX_FILE_BYTES}`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    const told = fileError(cause, 'it cannot be read', path);
    if (LIMITS.includes(systemCode(cause) ?? '')) throw told; // nothing is wrong with this image
    throw new BadImageError(path, told instanceof Pix2PixError ? told.summary : String(cause));
  }
}

function formatOf(file: Buffer): string | undefined {
  const start = file.toString('latin1', 0, 16);
  return Object.keys(signatures).find((format) => signatures[format].test(start));
}

async function decodeBitmap(path: string, file: Buffer, { depth, admit }: DecodeOptions): Promise<DeepImage> {
  const header = readBmpHeader(file);
  checkSize(path, header);
  await admit?.(header.width * header.height);
  const image = decodeBmp(file);
  return depth === 16 ? { ...image, data: spread(image.data) } : image;
}

/** 0 ... 255 to 0 ... 65535. */
function spread(data: Uint8Array): Uint16Array {
  return Uint16Array.from(data, (level) => level * 257);
}

async function decodeByLibvips(
  path: string,
  file: Buffer,
  { depth = 8, alpha = false, admit }: DecodeOptions,
): Promise<DeepImage> {
  const header = await sharp(file, { limitInputPixels: false, failOn: 'error' }).metadata();
  checkSize(path, header);
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw new BadImageError(
      path,
      `its pixels are of type ${header.depth}`,
      'save it with 8 or 16 bits a channel',
    );
  }
  await admit?.(header.width * header.height);
  const isDeep = depth === 16 && header.depth === 'ushort';
  const keepsAlpha = alpha && header.hasAlpha;
  // 'error' lets pass what libjpeg only warns of (stray bytes between markers), as PIL does, but no truncation
  const pipeline = sharp(file, {
    limitInputPixels: MAX_PIXELS,
    failOn: 'error',
    ignoreIcc: true,
  }).autoOrient();
  if (!keepsAlpha) pipeline.removeAlpha();
  const { data, info } = await pipeline
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== (keepsAlpha ? 4 : 3))
    throw new BadImageError(path, `it has ${info.channels} channels`, 'save it as RGB');
  const levels = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const all = depth === 16 && !isDeep ? spread(data) : levels;
  const { width, height } = info;
  return keepsAlpha ? { ...splitAlpha(all), width, height } : { data: all, width, height };
}

function splitAlpha(rgba: Uint8Array | Uint16Array): Pick<DeepImage, 'data' | 'alpha'> {
  const LevelArray = rgba instanceof Uint16Array ? Uint16Array : Uint8Array;
  const pixels = rgba.length / 4;
  const [data, alpha] = [new LevelArray(pixels * 3), new LevelArray(pixels)];
  for (let i = 0; i < pixels; i++) {
    data[i * 3] = rgba[i * 4];
    data[i * 3 + 1] = rgba[i * 4 + 1];
    data[i * 3 + 2] = rgba[i * 4 + 2];
    alpha[i] = rgba[i * 4 + 3];
  }
  return { data, alpha };
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
