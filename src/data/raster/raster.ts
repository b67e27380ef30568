import type { Sides } from '../../base/sides.js';

/** The types of numbers that files of images have. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** The numbers of a file, as they are: rows from the top, `data[(y·width + x)·channels + channel]`. */
export interface Raster extends Sides {
  readonly data: NumberArray;
  readonly channels: number;
  /** Of how many bits the numbers are, where these are fewer than those of their type: 4 of a PNG, 12 of a TIFF. */
  readonly bits?: number;
  /** Whether the last channel is the opacity of the others. */
  readonly hasAlpha?: boolean;
  /** Colours of the numbers, where they stand for colours: R, G, B in turn. */
  readonly palette?: Uint8Array;
  /** The number that stands for none, where the file says so (GDAL_NODATA). */
  readonly noData?: number;
  /** What a TIFF says of its place on the earth, for those who write its translation. */
  readonly tags?: readonly TiffTag[];
}

/** Whether a number of a raster stands for none; NaN may be that which does. */
export function isNone(number: number, { noData }: Pick<Raster, 'noData'>): boolean {
  return number === noData || (Number.isNaN(noData) && Number.isNaN(number));
}

/** A tag of a TIFF file: its number, and its values as text or as numbers. */
export interface TiffTag {
  readonly code: number;
  readonly value: string | readonly number[];
  /** Of numbers: the type that they are written as. */
  readonly type: 'ascii' | 'short' | 'long' | 'double';
}

/** The size of a raster as its header tells it. */
export type RasterHeader = Pick<Raster, 'width' | 'height' | 'channels'>;

/** Least and greatest that numbers of a type and so many bits can be; undefined for types that have no agreed range as images. */
export function rangeOfType({
  data,
  bits,
}: Pick<Raster, 'data' | 'bits'>): readonly [number, number] | undefined {
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) return undefined;
  return [0, 2 ** (bits ?? 8 * data.BYTES_PER_ELEMENT) - 1];
}

/** `uint16`, as NumPy calls it. */
export function typeName(data: NumberArray): string {
  for (const [name, type] of Object.entries(TYPES)) if (data instanceof type) return name;
  throw new TypeError('no array of numbers');
}

const TYPES = {
  ...{ uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array },
  ...{ uint32: Uint32Array, int32: Int32Array, float32: Float32Array, float64: Float64Array },
} as const;
