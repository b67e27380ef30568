import { inflateSync } from 'node:zlib';
import type { BaseDecoder, GeoTIFFImage, Pool } from 'geotiff';
import { ZSTDDecoder } from 'zstddec';
import { BadImageError } from '../decode/badImage.js';
import { unpackLzw } from './unpackLzw.js';

/** The most bytes that the strips or tiles of all pages may come to. */
export const MOST_BYTES = 2 ** 31;
/** Each strip and tile has its place and its length in the file, in two bytes or more. */
const LEAST_BYTES_OF_BLOCK = 4;

/** Unpacks a strip or a tile. Throws Error where it comes to more than `most` bytes. */
type Unpack = (packed: Uint8Array, most: number) => Uint8Array;

/** By the number of the compression. */
const UNPACK: Readonly<Record<number, Unpack>> = {
  1: (bytes) => bytes,
  5: unpackLzw,
  8: inflated,
  32946: inflated,
  32773: unpackPackBits,
  50000: unpackZstandard,
};
const zstandard = new ZSTDDecoder();

/**
 * Refuses pages whose strips or tiles, by their tags, are too large to be read: before anything of them is unpacked.
 * @throws BadImageError
 */
export function requireReadableBlocks(name: string, file: Uint8Array, pages: readonly GeoTIFFImage[]): void {
  let bytes = 0;
  for (const page of pages) {
    const [width, height] = [page.getTileWidth(), page.getTileHeight()];
    const size = bytesOfBlock(page);
    const blocks = Math.ceil(page.getWidth() / width) * Math.ceil(page.getHeight() / height);
    const planes = page.planarConfiguration === 2 ? page.getSamplesPerPixel() : 1;
    if (!(size > 0) || blocks * planes * LEAST_BYTES_OF_BLOCK > file.length)
      throw new BadImageError(name, `its tags say ${blocks * planes} tiles of ${width}x${height} pixels`);
    bytes += size * blocks * planes;
  }
  if (bytes <= MOST_BYTES) return;
  throw new BadImageError(
    name,
    `its tags say tiles of ${bytes} bytes in all, more than ${MOST_BYTES}`,
    'cut it into parts',
  );
}

/**
 * What reads the strips and tiles of a page, each of which comes to no more bytes than the page's tags say: decoders of
 * `geotiff` would follow a few bytes into any amount of memory.
 *
 * @throws BadImageError for a compression that is not among these
 */
export async function boundedBlocks(name: string, page: GeoTIFFImage): Promise<Pool> {
  const { BaseDecoder } = await import('geotiff');
  const compression: number = page.fileDirectory.getValue('Compression') ?? 1;
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

/** Rows begin with a byte of their own. */
function bytesOfBlock(page: GeoTIFFImage): number {
  const bits: number[] = Array.from(page.fileDirectory.getValue('BitsPerSample') ?? [1]);
  const ofPixel =
    page.planarConfiguration === 2 ? Math.max(...bits) : bits.reduce((sum, each) => sum + each, 0);
  return Math.ceil((page.getTileWidth() * ofPixel) / 8) * page.getTileHeight();
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
