import type { Sides } from '../../base/sides.js';
import type { ResizeFilter } from '../../options/resizeFilters.js';
import type { NumberArray } from '../raster/raster.js';
import { cropPixels, emptyLike, type Pixels, type Region } from './pixels.js';

/** How far a filter reaches, in pixels, and its weight at a distance. */
interface Kernel {
  readonly reach: number;
  weight(distance: number): number;
}

/** Keys' cubic (1981) with a = -0.5, and a triangle: PIL's BICUBIC and BILINEAR. */
const KERNELS: Readonly<Record<Exclude<ResizeFilter, 'nearest'>, Kernel>> = {
  bicubic: {
    reach: 2,
    weight: (x) => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
};

/**
 * A region of a picture at another size. Pixel centres are aligned, and a filter that shrinks reaches over all pixels
 * that become one, as PIL's do; `nearest` takes single numbers, and is the one for classes.
 */
export function resample<Data extends NumberArray>(
  picture: Pixels<Data>,
  region: Region,
  to: Sides,
  filter: ResizeFilter,
): Pixels<Data> {
  const cut = cropPixels(picture, region, false);
  if (cut.width === to.width && cut.height === to.height) return cut;
  if (filter === 'nearest') return nearest(cut, to);
  const wide = resampleRows(cut, to.width, KERNELS[filter]);
  return transposed(resampleRows(transposed(wide), to.height, KERNELS[filter]));
}

function nearest<Data extends NumberArray>(
  { data, width, height, channels }: Pixels<Data>,
  to: Sides,
): Pixels<Data> {
  const result = emptyLike(data, to.width * to.height * channels);
  const columns = Array.from({ length: to.width }, (_, x) => Math.floor(((x + 0.5) * width) / to.width));
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / to.height) * width;
    for (const column of columns)
      for (let c = 0; c < channels; c++) result[at++] = data[(row + column) * channels + c];
  }
  return { data: result, ...to, channels };
}

/** Every row at another width. */
function resampleRows<Data extends NumberArray>(
  picture: Pixels<Data>,
  to: number,
  kernel: Kernel,
): Pixels<Data> {
  const { data, width, height, channels } = picture;
  if (width === to) return picture;
  const result = emptyLike(data, to * height * channels);
  const taps = Array.from({ length: to }, (_, x) => tapsAt(x, width, to, kernel));
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < to; x++) {
      const { first, weights } = taps[x];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * data[row + (first + i) * channels + c];
        result[(y * to + x) * channels + c] = sum;
      }
    }
  }
  return { data: result, width: to, height, channels };
}

/** The pixels that become pixel `x` of `to`, and their shares, whose sum is 1. */
function tapsAt(x: number, from: number, to: number, { reach, weight }: Kernel) {
  const scale = Math.max(1, from / to);
  const middle = ((x + 0.5) * from) / to;
  const first = Math.max(0, Math.floor(middle - reach * scale + 0.5));
  const end = Math.min(from, Math.floor(middle + reach * scale + 0.5));
  const raw = Array.from({ length: end - first }, (_, i) => weight((first + i + 0.5 - middle) / scale));
  const sum = raw.reduce((all, share) => all + share, 0);
  return { first, weights: Float64Array.from(raw, (share) => share / sum) };
}

function transposed<Data extends NumberArray>({ data, width, height, channels }: Pixels<Data>): Pixels<Data> {
  const result = emptyLike(data, data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        result[(x * height + y) * channels + c] = data[(y * width + x) * channels + c];
  return { data: result, width: height, height: width, channels };
}
