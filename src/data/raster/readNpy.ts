import { halfToFloat } from '../../base/halfToFloat.js';
import { BadImageError } from '../decode/badImage.js';
import type { NumberArray, Raster, RasterHeader } from './raster.js';

/** `\x93NUMPY`, two bytes of version, and two or four of the header's length. */
const PREAMBLE = 12;
const LONGEST_HEADER = 0xffff;
/** Bytes that hold any header. */
export const NPY_START = PREAMBLE + LONGEST_HEADER;
const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** What a file says of its numbers. */
export interface NpyHeader extends RasterHeader {
  /** `<f4`, `|u1`: byte order, kind and bytes of a number. */
  readonly type: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Whether the first axis is that of the channels. */
  readonly isPlanar: boolean;
  /** Where the numbers begin. */
  readonly offset: number;
}

/**
 * Reads NumPy's own format: numbers of 1 to 8 bytes in either byte order and either order of axes. Arrays are [H, W],
 * [H, W, C] or [C, H, W]: of the first and the last axis of three the shorter one is the channels. 64-bit integers become
 * float64, of which those beyond 2^53 are refused; float16 becomes float32, and booleans 0 and 1.
 *
 * @throws BadImageError for pickled objects, other kinds of elements, other shapes, and truncated files
 * Source: numpy.lib.format
 */
export function readNpy(name: string, file: Buffer): Raster {
  const header = readNpyHeader(name, file);
  requireWhole(name, header, file.length);
  return decodeNpy(name, header, file.subarray(header.offset));
}

/** Throws BadImageError for a file of so many bytes that ends before its numbers do. */
export function requireWhole(name: string, header: NpyHeader, length: number): void {
  const [found, expected] = [length - header.offset, countOf(header) * bytesOfNumber(header)];
  if (found < expected)
    throw new BadImageError(name, `it is truncated: ${found} bytes of numbers, not ${expected}`);
}

/** The raster whose numbers are these bytes, in the order of the header's axes. Throws BadImageError. */
export function decodeNpy(name: string, header: NpyHeader, bytes: Uint8Array): Raster {
  const { width, height, channels, type } = header;
  const numbers = numbersOf(name, bytes, type, countOf(header));
  return { data: interleaved(numbers, header), width, height, channels };
}

/** Of one number. */
export const bytesOfNumber = ({ type }: NpyHeader): number => Number(type.slice(2));

const countOf = ({ width, height, channels }: NpyHeader) => width * height * channels;

/** Size and type, of which nothing is allocated yet. Throws BadImageError as above. */
export function readNpyHeader(name: string, file: Buffer): NpyHeader {
  const refuse = (reason: string, fix?: string): never => {
    throw new BadImageError(name, reason, fix);
  };
  if (file.length < PREAMBLE) return refuse('it is truncated');
  const isLong = file[6] >= 2;
  const length = isLong ? file.readUInt32LE(8) : file.readUInt16LE(8);
  const start = isLong ? PREAMBLE : PREAMBLE - 2;
  if (length > LONGEST_HEADER || start + length > file.length) return refuse('its header is truncated');
  const text = file.toString('latin1', start, start + length);
  const type = /'descr':\s*'([<>|=][a-zA-Z]\d*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (type === '|O')
    return refuse('it holds pickled Python objects, which are programs', 'save an array of numbers');
  if (type === undefined || !READERS.has(type.slice(1)))
    return refuse(`its elements are no numbers: ${text.slice(0, 60).trim()}`, 'save an array of numbers');
  if (fortran === undefined || axes === undefined) return refuse('its header cannot be read');
  const shape = axes
    .split(',')
    .filter((axis) => axis.trim() !== '')
    .map(Number);
  const isImage = (shape.length === 2 || shape.length === 3) && shape.every((extent) => extent > 0);
  if (!isImage)
    return refuse(
      `its shape is (${shape.join(', ')})`,
      'save arrays of [height, width] or [height, width, channels]',
    );
  const [a, b, c = 1] = shape;
  const isPlanar = shape.length === 3 && a < c;
  const size = isPlanar ? { channels: a, height: b, width: c } : { height: a, width: b, channels: c };
  return { ...size, type, isFortran: fortran === 'True', shape, isPlanar, offset: start + length };
}

/** Elements by kind and bytes: how one is read at an offset, and what array they make. */
const READERS: ReadonlyMap<
  string,
  readonly [new (length: number) => NumberArray, (view: DataView, at: number, isLittle: boolean) => number]
> = new Map([
  ['b1', [Uint8Array, (view, at) => view.getUint8(at)]],
  ['u1', [Uint8Array, (view, at) => view.getUint8(at)]],
  ['i1', [Int8Array, (view, at) => view.getInt8(at)]],
  ['u2', [Uint16Array, (view, at, isLittle) => view.getUint16(at, isLittle)]],
  ['i2', [Int16Array, (view, at, isLittle) => view.getInt16(at, isLittle)]],
  ['u4', [Uint32Array, (view, at, isLittle) => view.getUint32(at, isLittle)]],
  ['i4', [Int32Array, (view, at, isLittle) => view.getInt32(at, isLittle)]],
  ['u8', [Float64Array, (view, at, isLittle) => safe(view.getBigUint64(at, isLittle))]],
  ['i8', [Float64Array, (view, at, isLittle) => safe(view.getBigInt64(at, isLittle))]],
  ['f2', [Float32Array, (view, at, isLittle) => halfToFloat(view.getUint16(at, isLittle))]],
  ['f4', [Float32Array, (view, at, isLittle) => view.getFloat32(at, isLittle)]],
  ['f8', [Float64Array, (view, at, isLittle) => view.getFloat64(at, isLittle)]],
]);

function numbersOf(name: string, bytes: Uint8Array, type: string, count: number): NumberArray {
  const [NumbersArray, read] = READERS.get(type.slice(1))!;
  const isLittle = type[0] !== '>';
  const step = Number(type.slice(2));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new NumbersArray(count);
  for (let i = 0; i < count; i++) numbers[i] = read(view, i * step, isLittle);
  if (type.endsWith('8') && /[iu]/.test(type) && numbers.some(Number.isNaN))
    throw new BadImageError(name, 'it has integers beyond 2^53', 'save it as float64');
  return numbers;
}

/** NaN for integers that a float64 cannot hold: `numbersOf` says so. */
function safe(value: bigint): number {
  return value > MOST_SAFE || value < -MOST_SAFE ? Number.NaN : Number(value);
}

/** Elements in the order of a raster, from that of the file's axes. */
function interleaved(
  numbers: NumberArray,
  { width, height, channels, shape, isFortran, isPlanar }: NpyHeader,
): NumberArray {
  if (!isFortran && (!isPlanar || channels === 1)) return numbers;
  const strides = stridesOf(shape, isFortran);
  const [c, y, x] = isPlanar ? strides : [strides[2] ?? 0, strides[0], strides[1]];
  const result = numbers.slice();
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++)
        result[at++] = numbers[row * y + column * x + channel * c];
  return result;
}

/** Elements between neighbours along each axis. */
function stridesOf(shape: readonly number[], isFortran: boolean): number[] {
  return shape.map((_, axis) => productOf(isFortran ? shape.slice(0, axis) : shape.slice(axis + 1)));
}

/** How many numbers there are in such extents. */
export const productOf = (extents: readonly number[]): number =>
  extents.reduce((product, extent) => product * extent, 1);
