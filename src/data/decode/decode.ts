import sharp from 'sharp';
import { readHdrHeader } from '../raster/readHdr.js';
import { readNpyHeader } from '../raster/readNpy.js';
import { BadImageError, decodable } from './badImage.js';
import { decodeBmp, readBmpHeader } from './bmp.js';
import { decodeByLibvips } from './decodeByLibvips.js';
import { noteRange, type OnNote } from './decodeNote.js';
import type { DecodeOptions, DeepImage } from './deepImage.js';
import { type FileFormat, FORMATS_IN_WORDS, formatOf } from './format.js';
import { readImageFile } from './imageFile.js';
import { checkSize, MAX_FILE_BYTES } from './limits.js';
import { decodeNetpbm, readNetpbmHeader } from './netpbm.js';
import type { RgbImage } from './rgbImage.js';

type Decoder = (name: string, file: Buffer, options: DecodeOptions) => Promise<DeepImage>;

/** Those that libvips does not read. */
const ownDecoders: Partial<Record<FileFormat, Decoder>> = {
  ...{ bmp: decodeBitmap, netpbm: decodeAnymap },
  ...{ npy: refuseNumbers, hdr: refuseNumbers },
};

/**
 * Decodes a JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP, PPM or PGM file (the first frame or page), judged by its content, to
 * 8-bit RGB, by these rules:
 *
 * - EXIF orientation is applied, so that the picture stands as cameras and viewers show it;
 * - greyscale becomes three equal channels; a palette is looked up; alpha is dropped, whatever lies under
 *   transparency stays (as PIL's `convert('RGB')`); so are further bands;
 * - CMYK is converted by the built-in CMYK profile of libvips; other embedded colour profiles are ignored (as PIL);
 * - 16 bits become 8 by their high byte, those of PPM and PGM by their stated maximum; floating-point and 32-bit pixels
 *   are refused, they have no agreed range.
 *
 * An intact RGB JPEG gives the bytes that PIL gives.
 *
 * @param onNote told where the file has more than is seen, or is seen nearly black
 * @throws BadImageError, which names the file, when it is missing, empty, too large, damaged or of another format
 */
export async function decodeImage(path: string, onNote?: OnNote): Promise<RgbImage> {
  return (await decodeFile(path, await readImageFile(path), { onNote })) as RgbImage;
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

/**
 * Width and height of an image as it is decoded, from its header alone.
 * @throws BadImageError
 */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  const file = await readImageFile(path);
  return decodable(path, async () => {
    const format = requireFormat(path, file);
    if (format === 'bmp') return readBmpHeader(file);
    if (format === 'netpbm') return readNetpbmHeader(file);
    if (format === 'npy') return readNpyHeader(path, file);
    if (format === 'hdr') return readHdrHeader(path, file);
    return (await sharp(file).metadata()).autoOrient;
  });
}

async function decodeFile(name: string, file: Buffer, options: DecodeOptions = {}): Promise<DeepImage> {
  const format = requireFormat(name, file);
  return decodable(name, () => (ownDecoders[format] ?? decodeByLibvips)(name, file, options));
}

function requireFormat(name: string, file: Buffer): FileFormat {
  const format = formatOf(file);
  if (format !== undefined) return format;
  throw new BadImageError(name, `it is no ${FORMATS_IN_WORDS}`, 'convert or remove the file');
}

/** Numbers of which nobody has said what is black and what is white. */
async function refuseNumbers(name: string): Promise<never> {
  throw new BadImageError(name, 'its numbers have no agreed range', 'pass --value_range auto, or LOW,HIGH');
}

async function decodeBitmap(name: string, file: Buffer, { depth, admit }: DecodeOptions): Promise<DeepImage> {
  const header = readBmpHeader(file);
  checkSize(name, header);
  await admit?.(header.width * header.height);
  const image = decodeBmp(file);
  return depth === 16 ? { ...image, data: Uint16Array.from(image.data, (level) => level * 257) } : image;
}

async function decodeAnymap(
  name: string,
  file: Buffer,
  { depth, admit, onNote }: DecodeOptions,
): Promise<DeepImage> {
  const header = readNetpbmHeader(file);
  checkSize(name, header);
  await admit?.(header.width * header.height);
  const { data, maxval, width, height } = decodeNetpbm(file);
  if (maxval > 255 && onNote !== undefined) noteRange(data, maxval, onNote);
  const [LevelArray, most] = depth === 16 ? [Uint16Array, 0xffff] : [Uint8Array, 0xff];
  const levels = new LevelArray(data.length);
  for (let i = 0; i < data.length; i++) levels[i] = Math.round((data[i] * most) / maxval);
  return { data: levels, width, height };
}
