import type { Sides } from '../../base/sides.js';
import type { NumberArray } from '../raster/raster.js';
import { type FloatImages, type Images, isFloat } from './floatImages.js';
import { emptyLike, type Pixels, type Region } from './pixels.js';

/** The smallest multiple of `unit` that is at least `extent`. */
export function roundUp(extent: number, unit: number): number {
  return Math.ceil(extent / unit) * unit;
}

/**
 * Where row or column `at` of an image lies when the image goes on beyond its edges as its mirror image does: the edge
 * itself is not repeated (…2 1 0 1 2…), and a single row repeats for ever.
 */
export function reflect(at: number, extent: number): number {
  if (extent === 1) return 0;
  const period = 2 * (extent - 1);
  const within = ((at % period) + period) % period;
  return within < extent ? within : period - within;
}

/** Copies a region out of an image, which goes on beyond its edges as its mirror image. */
export function cut<Data extends NumberArray>(
  { data, width, height, channels }: Pixels<Data>,
  region: Region,
): Pixels<Data> {
  const { left, top, width: w, height: h } = region;
  const result = emptyLike(data, w * h * channels);
  const inside = Math.max(0, Math.min(w, width - left));
  for (let y = 0; y < h; y++) {
    const from = reflect(top + y, height) * width;
    const to = y * w * channels;
    result.set(data.subarray((from + left) * channels, (from + left + inside) * channels), to);
    for (let x = inside; x < w; x++) {
      const source = (from + reflect(left + x, width)) * channels;
      for (let c = 0; c < channels; c++) result[to + x * channels + c] = data[source + c];
    }
  }
  return { data: result, width: w, height: h, channels };
}

/** Every image of a batch padded by its mirror image, or cut back: the top left corner stays. */
export function resizedImages<Data extends NumberArray>(
  data: Data,
  count: number,
  channels: number,
  from: Sides,
  to: Sides,
): Data {
  const [before, after] = [from.width * from.height * channels, to.width * to.height * channels];
  const result = emptyLike(data, count * after);
  for (let i = 0; i < count; i++) {
    const image = { data: data.subarray(i * before, (i + 1) * before) as Data, ...from, channels };
    result.set(cut(image, { left: 0, top: 0, ...to }).data, i * after);
  }
  return result;
}

/** Images of another size, likewise; the same ones where it is theirs. */
export function fitImages(images: FloatImages, to: Sides): FloatImages;
export function fitImages(images: Images, to: Sides): Images;
export function fitImages(images: Images, to: Sides): Images {
  if (isFloat(images)) {
    const [n, c, height, width] = images.shape;
    if (width === to.width && height === to.height) return images;
    const data = resizedImages(images.data, n * c, 1, { width, height }, to);
    return { data, shape: [n, c, to.height, to.width] };
  }
  const [n, height, width, c] = images.shape;
  if (width === to.width && height === to.height) return images;
  const data = resizedImages(images.data, n, c, { width, height }, to);
  return { data, shape: [n, to.height, to.width, c] };
}
