import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { commandLine } from '../../../base/commandLine.js';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';

/** Greyscale images of one size: `data[(i·height + y)·width + x]`, 0 ... 255. */
export interface IdxImages {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** Unsigned bytes in three dimensions: images, rows, columns. */
const MAGIC = 0x00000803;
const HEADER = 16;
/** More than any set in this format; a bomb ends here. */
const MAX_BYTES = 1024 ** 3;

/**
 * Reads the images of an idx file, gzipped or not, as MNIST comes (http://yann.lecun.com/exdb/mnist/, "file formats").
 * @throws Pix2PixError when it cannot be read, is another kind of file, or does not have the bytes that its header says
 */
export async function readIdx(path: string): Promise<IdxImages> {
  const file = await readBytes(path);
  const refuse = (what: string, facts: Record<string, string | number>) =>
    new Pix2PixError(
      `${path} ${what}`,
      facts,
      `take the file of images from the data set, gzipped or not: ${commandLine('dataset', 'download', 'mnist')}`,
    );
  if (file.length < HEADER) throw refuse('is cut short', { bytes: file.length, 'its header has': HEADER });
  const magic = file.readUInt32BE(0);
  if (magic !== MAGIC) {
    throw refuse('is no idx file of images', {
      'magic number': `0x${magic.toString(16).padStart(8, '0')}`,
      'images have': '0x00000803',
    });
  }
  const [count, height, width] = [4, 8, 12].map((offset) => file.readUInt32BE(offset));
  const expected = HEADER + count * height * width;
  const facts = { header: `${count} images of ${width}×${height}`, bytes: file.length, expected };
  if (count === 0 || height === 0 || width === 0) throw refuse('holds no images', facts);
  if (file.length < expected) throw refuse('is cut short', facts);
  if (file.length > expected) throw refuse('is longer than its header says', facts);
  return { data: file.subarray(HEADER), count, height, width };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    const bytes = await readFile(path);
    const isGzip = bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isGzip ? await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
  } catch (error) {
    throw new Pix2PixError(
      `${path} cannot be read`,
      { reason: (error as Error).message },
      `get it again: ${commandLine('dataset', 'download', 'mnist')}`,
      { cause: error as Error },
    );
  }
}
