import { inflateSync } from 'node:zlib';
import type { BaseDecoder, GeoTIFFImage, Pool } from 'geotiff';
import { ZSTDDecoder } from 'zstddec';
import { BadImageError } from '../decode/badImage.js';
import { unpackLzw } from './unpackLzw.js';

/** The most bytes that the strips or tiles of all pages may come to. */
const MOST_BYTES = 2 ** 31;
/** Each strip and tile has its place and its length in the file, in two bytes or more. */
const LEAST_BYTES_OF_BLOCK = 4;

/** Unpacks a strip or a tile. Throws Error where it comes to more than `most` bytes. */
type Unpack = (packed: Uint8Array, most: number) => Uint8Array;

/** The number of no compression. */
export const NO_COMPRESSION = 1;
/** By the number of the compression. */
const UNPACK: Readonly<Record<number, Unpack>> = {
  [NO_COMPRESSION]: (bytes) => bytes,
  5: unpackLzw,
  8: inflated,
  32946: inflated,
  32773: unpackPackBits,
  50000: unpackZstandard,
};
const zstandard = new ZSTDDecoder();

/**
 * Refuses pages whose tags cannot be true of a file of so many bytes: before anything is allocated by them.
 * @throws BadImageError
 */
export function requireSound(name: string, length: number, pages: readonly GeoTIFFImage[]): void {
  for (const page of pages) {
    if (bytesOfBlock(page) > 0 && countBlocks(page) * LEAST_BYTES_OF_BLOCK <= length) continue;
    const [width, height] = [page.getTileWidth(), page.getTileHeight()];
    throw new BadImageError(name, `its tags say ${countBlocks(page)} tiles of ${width}x${height} pixels`);
  }
}

/**
 * Refuses pages whose strips or tiles come to too much, by their tags, to be read as a whole.
 * @throws BadImageError
 */
export function requireBounded(name: string, pages: readonly GeoTIFFImage[]): void {
  const bytes = pages.reduce((sum, page) => sum + bytesOfBlock(page) * countBlocks(page), 0);
  if (bytes <= MOST_BYTES) return;
  throw new BadImageError(
    name,
    `its tags say tiles of ${bytes} bytes in all, more than ${MOST_BYTES}`,
    'cut it into parts',
  );
}

/** The number of the compression. */
export const compressionOf = ({ fileDirectory }: GeoTIFFImage): number =>
  fileDirectory.getValue('Compression') ?? NO_COMPRESSION;

/**
 * What reads the strips and tiles of a page, each of which comes to no more bytes than the page's tags say: decoders of
 * `geotiff` would follow a few bytes into any amount of memory.
 *
 * @throws BadImageError for a compression that is not among these
 */
export async function boundedBlocks(name: string, page: GeoTIFFImage): Promise<Pool> {
  const { BaseDecoder } = await import('geotiff');
  const compression = compressionOf(page);
  const unpack = UNPACK[compression];
  if (unpack === undefined)
    throw new BadImageError(
      name,
      `its compression, number ${compression}, is not read`,
      'save it with Deflate, LZW, PackBits, Zstandard, or none',
    );
  if (unpack === unpackZstandard) await zstandard.init();
  const most = bytesOfBlock(page);
  class BoundedDecoder extends BaseDecoder {
    override decodeBlock(packed: ArrayBufferLike): ArrayBufferLike {
      return whole(unpack(new Uint8Array(packed), most));
    }
  }
  const bound = { bindParameters: (_: number, parameters: Parameters) => new BoundedDecoder(parameters) };
  return bound as unknown as Pool; // of which it calls this alone
}

type Parameters = ConstructorParameters<typeof BaseDecoder>[0];

/** Of a strip or a tile, unpacked. */
export const bytesOfBlock = (page: GeoTIFFImage): number => bytesOfRow(page) * page.getTileHeight();

/** Of a row in it: rows begin with a byte of their own. */
export function bytesOfRow(page: GeoTIFFImage): number {
  const bits: number[] = Array.from(page.fileDirectory.getValue('BitsPerSample') ?? [1]);
  const ofPixel =
    page.planarConfiguration === 2 ? Math.max(...bits) : bits.reduce((sum, each) => sum + each, 0);
  return Math.ceil((page.getTileWidth() * ofPixel) / 8);
}

/** Strips or tiles of a page, in all of its planes of channels. */
function countBlocks(page: GeoTIFFImage): number {
  const across = Math.ceil(page.getWidth() / page.getTileWidth());
  const down = Math.ceil(page.getHeight() / page.getTileHeight());
  return across * down * (page.planarConfiguration === 2 ? page.getSamplesPerPixel() : 1);
}

function inflated(packed: Uint8Array, most: number): Uint8Array {
  return inflateSync(packed, { maxOutputLength: most });
}

/** Source: TIFF revision 6.0 (Adobe 1992), section 9 */
function unpackPackBits(packed: Uint8Array, most: number): Uint8Array {
  const result = new Uint8Array(most);
  let end = 0;
  for (let at = 0; at < packed.length && end < most; ) {
    const code = packed[at++];
    if (code === 128) continue;
    const length = code < 128 ? code + 1 : 257 - code;
    if (end + length > most) throw new Error('it is larger than its tags say');
    if (code > 128) result.fill(packed[at++], end, end + length);
    else {
      result.set(packed.subarray(at, at + length), end);
      at += length;
    }
    end += length;
  }
  return result.slice(0, end);
}

function unpackZstandard(packed: Uint8Array, most: number): Uint8Array {
  const unpacked = zstandard.decode(packed, most);
  if (unpacked.length > 0) return unpacked;
  throw new Error('it is damaged, or larger than its tags say');
}

/** The bytes as a buffer of their own. */
function whole({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBufferLike {
  return byteOffset === 0 && byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
}
