import type { Region } from '../batch/pixels.js';
import type { OpenImageFile } from '../decode/imageFile.js';
import type { Raster } from './raster.js';
import type { RasterParts } from './rasterParts.js';
import {
  bytesOfNumber,
  decodeNpy,
  NPY_START,
  type NpyHeader,
  productOf,
  readNpyHeader,
  requireWhole,
} from './readNpy.js';

/** Reads parts of a `.npy` file as `readNpy` reads all of it, and nothing else of it. Throws BadImageError. */
export function npyParts(name: string, file: OpenImageFile): RasterParts {
  const header = readNpyHeader(name, Buffer.from(file.read(0, NPY_START).buffer));
  requireWhole(name, header, file.length);
  const { width, height, channels } = header;
  return { width, height, channels, read: async (place) => readPart(name, file, header, place) };
}

/** What is wanted of an axis of an array. */
interface Span {
  readonly from: number;
  readonly count: number;
  /** All that it has. */
  readonly extent: number;
}

function readPart(name: string, file: OpenImageFile, header: NpyHeader, place: Region): Raster {
  const spans = spansOf(header, place);
  const shape = spans.map(({ count }) => count);
  const step = bytesOfNumber(header);
  const bytes = new Uint8Array(step * productOf(shape));
  let end = 0;
  for (const [first, count] of runs(header.isFortran ? spans.toReversed() : spans)) {
    bytes.set(file.read(header.offset + step * first, step * count), end);
    end += step * count;
  }
  return decodeNpy(name, { ...header, width: place.width, height: place.height, shape }, bytes);
}

/** In the order of the array's shape. */
function spansOf({ width, height, channels, shape, isPlanar }: NpyHeader, place: Region): Span[] {
  const rows = { from: place.top, count: place.height, extent: height };
  const columns = { from: place.left, count: place.width, extent: width };
  const all = { from: 0, count: channels, extent: channels };
  return (isPlanar ? [all, rows, columns] : [rows, columns, all]).slice(0, shape.length);
}

/**
 * The numbers of a part that lie next to each other in memory: place of the first, and how many.
 * @param spans those of the axis whose neighbours are farthest apart first
 */
function* runs([outer, ...inner]: readonly Span[], start = 0): Generator<[first: number, count: number]> {
  const stride = productOf(inner.map(({ extent }) => extent));
  const first = start + outer.from * stride;
  if (inner.every(({ count, extent }) => count === extent)) yield [first, outer.count * stride];
  else for (let i = 0; i < outer.count; i++) yield* runs(inner, first + i * stride);
}
