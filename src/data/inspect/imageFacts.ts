import { createHash } from 'node:crypto';
import sharp, { type Metadata } from 'sharp';
import { decodeDeepImage } from '../decode/decode.js';
import { formatOf } from '../decode/format.js';
import { readImageFile } from '../decode/imageFile.js';
import { isPicture } from '../decode/isPicture.js';
import { notFinite } from '../raster/notFinite.js';
import { openRaster } from '../raster/openRaster.js';
import { isNone, type Raster, rangeOfType, typeName } from '../raster/raster.js';
import { readRaster } from '../raster/readRaster.js';

/** What a file of an image is. */
export interface ImageFacts {
  readonly format: string;
  /** As it is decoded. */
  readonly width: number;
  readonly height: number;
  /** Opacity included; of a palette those of its colours. */
  readonly channels: number;
  /** Whether the file has numbers of colours, and a palette for these. */
  readonly hasPalette: boolean;
  /** `8 bits` of a channel, or the type of its numbers: `float32`. */
  readonly type: string;
  /** The least and the greatest level of its colours, or of its numbers; infinite where it has none. */
  readonly low: number;
  readonly high: number;
  /** What of it is NaN or infinite. */
  readonly notFinite?: string;
  /** The beginning of the SHA-1 of the file: equal files have the same. */
  readonly hash: bigint;
}

/** Formats of numbers that libvips does not always read. */
const OF_NUMBERS = ['npy', 'hdr', 'tiff'];

/** What is kept of each of many images: 16 bytes. */
export interface KeptFacts {
  readonly hashes: BigUint64Array;
  /** 0 for what cannot be decoded. */
  readonly widths: Uint32Array;
  readonly heights: Uint32Array;
}

/** Decodes an image and tells what it is. @throws BadImageError where that cannot be done */
export async function imageFactsOf(path: string): Promise<ImageFacts> {
  const file = await readImageFile(path);
  const hash = createHash('sha1').update(file).digest().readBigUInt64LE();
  const format = formatOf(file) ?? 'unknown';
  const header = await sharp(file, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  const isOfNumbers = header === undefined ? OF_NUMBERS.includes(format) : !isPicture(header);
  const facts = isOfNumbers ? await factsOfNumbers(file, path) : await factsOfPicture(file, path, header);
  const hasPalette = format === 'tiff' ? await isPaletteTiff(path) : header?.isPalette === true;
  return { format, hash, hasPalette, ...facts };
}

/** libvips tells it of PNG and GIF alone. */
async function isPaletteTiff(path: string): Promise<boolean> {
  const opened = await openRaster(path).catch(() => undefined); // what libvips alone reads
  await opened?.close();
  return opened?.palette !== undefined;
}

type Facts = Omit<ImageFacts, 'format' | 'hash' | 'hasPalette'>;

/** What libvips does not read is told by what it is decoded to. */
async function factsOfPicture(file: Buffer, path: string, header: Metadata | undefined): Promise<Facts> {
  const bits = header?.depth === 'ushort' ? 16 : 8;
  const { data, width, height } = await decodeDeepImage(file, path, { depth: bits });
  return { width, height, channels: header?.channels ?? 3, type: `${bits} bits`, ...extremesOf({ data }) };
}

async function factsOfNumbers(file: Buffer, path: string): Promise<Facts> {
  const raster = await readRaster(file, path);
  const { data, width, height, channels, bits = 8 * data.BYTES_PER_ELEMENT } = raster;
  const type = rangeOfType(raster) === undefined ? typeName(data) : `${bits} bits`;
  return { width, height, channels, type, ...extremesOf(raster), notFinite: notFinite(raster) };
}

/** Of what are numbers. */
function extremesOf(raster: Pick<Raster, 'data' | 'noData'>): Pick<ImageFacts, 'low' | 'high'> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of raster.data) {
    if (isNone(number, raster) || !Number.isFinite(number)) continue;
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return { low, high };
}
