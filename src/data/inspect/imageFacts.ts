import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { decodeDeepImage, readImageFile } from '../decode/decode.js';
import { formatOf } from '../decode/format.js';

/** What a file of an image is. */
export interface ImageFacts {
  readonly format: string;
  /** As it is decoded. */
  readonly width: number;
  readonly height: number;
  /** Of the file, opacity included. */
  readonly channels: number;
  /** Bits of a channel. */
  readonly bits: number;
  /** The least and the greatest level of its colours. */
  readonly low: number;
  readonly high: number;
  /** The beginning of the SHA-1 of the file: equal files have the same. */
  readonly hash: bigint;
}

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
  const { channels, bits } = await headerOf(file);
  const { data, width, height } = await decodeDeepImage(file, path, { depth: bits > 8 ? 16 : 8 });
  let [low, high] = [data[0], data[0]];
  for (const level of data) {
    if (level < low) low = level;
    else if (level > high) high = level;
  }
  const hash = createHash('sha1').update(file).digest().readBigUInt64LE();
  return { format: formatOf(file) ?? 'unknown', width, height, channels, bits, low, high, hash };
}

/** What libvips does not read is told by what it is decoded to. */
async function headerOf(file: Buffer): Promise<{ channels: number; bits: number }> {
  try {
    const { channels, depth } = await sharp(file, { limitInputPixels: false }).metadata();
    return { channels, bits: depth === 'uchar' ? 8 : 16 };
  } catch {
    return { channels: 3, bits: 8 };
  }
}
