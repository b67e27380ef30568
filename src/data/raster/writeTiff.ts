import { endianness } from 'node:os';
import { tagsFor } from './noData.js';
import { type Raster, type TiffTag, typeName } from './raster.js';

/** Bytes of a value, and the number that stands for its type. */
const TYPES = { ascii: [1, 2], short: [2, 3], long: [4, 4], double: [8, 12] } as const;
const SAMPLE_FORMATS: Readonly<Record<string, number>> = { u: 1, i: 2, f: 3 };
/** A classic TIFF counts its bytes with 32 bits. */
export const MOST_TIFF_BYTES = 0xffff_ffff - 0x10000;

/**
 * A raster as an uncompressed TIFF of its own type of numbers, channels side by side, with further tags such as those of
 * GeoTIFF, as far as they are true of numbers of this type. libvips would turn more than four channels of floats into other
 * ones, and the writer of the package `geotiff` signed numbers into zeros.
 *
 * Source: TIFF revision 6.0 (Adobe 1992), sections 2 and 19
 */
export function writeTiff({ data, width, height, channels, tags: given = [] }: Raster): Buffer {
  const tags = tagsFor(data, given);
  const short = (code: number, ...value: number[]): TiffTag => ({ code, value, type: 'short' });
  const long = (code: number, ...value: number[]): TiffTag => ({ code, value, type: 'long' });
  const each = (value: number) => Array.from({ length: channels }, () => value);
  const isColour = channels === 3 && typeName(data).startsWith('uint');
  const image = (stripAt: number): TiffTag[] => [
    long(256, width),
    long(257, height),
    short(258, ...each(data.BYTES_PER_ELEMENT * 8)),
    short(259, 1), // no compression
    short(262, isColour ? 2 : 1), // RGB, or black is zero
    long(273, stripAt),
    short(277, channels),
    long(278, height),
    long(279, data.byteLength),
    short(284, 1), // channels side by side
    ...(!isColour && channels > 1 ? [short(338, ...each(0).slice(1))] : []), // what further channels are is not said
    short(339, ...each(SAMPLE_FORMATS[typeName(data)[0]])),
  ];
  const length = directory([...image(0), ...tags], 8).length;
  const strip = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const start = Buffer.from(isLittle ? 'II*\0\x08\0\0\0' : 'MM\0*\0\0\0\x08', 'latin1');
  return Buffer.concat([start, directory([...image(8 + length), ...tags], 8), strip]);
}

const isLittle = endianness() === 'LE';

/** The tags in their order, and behind them the values that are longer than four bytes. */
function directory(tags: readonly TiffTag[], at: number): Buffer {
  const sorted = [...tags].sort((a, b) => a.code - b.code);
  const entries = Buffer.alloc(2 + 12 * sorted.length + 4);
  const values: Buffer[] = [];
  let valuesAt = at + entries.length;
  put(entries, 2, 0, sorted.length);
  for (const [i, tag] of sorted.entries()) {
    const [bytes, type] = TYPES[tag.type];
    const value = bytesOf(tag);
    const entry = 2 + 12 * i;
    put(entries, 2, entry, tag.code);
    put(entries, 2, entry + 2, type);
    put(entries, 4, entry + 4, value.length / bytes);
    if (value.length <= 4) value.copy(entries, entry + 8);
    else {
      put(entries, 4, entry + 8, valuesAt);
      const padded = Buffer.concat([value, Buffer.alloc(value.length % 2)]); // values begin at even places
      values.push(padded);
      valuesAt += padded.length;
    }
  }
  const rest = (at + entries.length + values.reduce((sum, { length }) => sum + length, 0)) % 8;
  return Buffer.concat([entries, ...values, Buffer.alloc((8 - rest) % 8)]); // doubles of the strip lie at multiples of 8
}

function bytesOf({ value, type }: TiffTag): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value.replace(/\0+$/, '')}\0`, 'latin1');
  const [bytes] = TYPES[type];
  const buffer = Buffer.alloc(bytes * value.length);
  for (const [i, number] of value.entries()) put(buffer, bytes, i * bytes, number);
  return buffer;
}

function put(buffer: Buffer, bytes: 1 | 2 | 4 | 8, at: number, value: number): void {
  if (bytes === 8) isLittle ? buffer.writeDoubleLE(value, at) : buffer.writeDoubleBE(value, at);
  else if (isLittle) buffer.writeUIntLE(value, at, bytes);
  else buffer.writeUIntBE(value, at, bytes);
}
