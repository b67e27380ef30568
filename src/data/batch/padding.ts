import { type FloatImages, type Images, isFloat } from './floatImages.js';
import type { Size } from './geometry.js';

/** Elements of images. */
export type Pixels = Float32Array | Uint8Array | Uint16Array;

/** One image in rows from the top, channels side by side: `data[(y · width + x) · channels + c]`. */
export interface Interleaved<Data extends Pixels = Pixels> {
  readonly data: Data;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A rectangle, in pixels. It may reach beyond the image that it is cut from. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

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

/** An array of the same type. Not by `constructor`: what decoders give is Node's Buffer, which is also one. */
export function emptyLike<Data extends Pixels>(data: Data, length: number): Data {
  if (data instanceof Float32Array) return new Float32Array(length) as Data;
  return (data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as Data;
}

/** Copies a window out of an image, which goes on beyond its edges as its mirror image. */
export function cut<Data extends Pixels>(
  { data, width, height, channels }: Interleaved<Data>,
  window: Window,
): Interleaved<Data> {
  const { left, top, width: w, height: h } = window;
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
export function resizedImages<Data extends Pixels>(
  data: Data,
  count: number,
  channels: number,
  from: Size,
  to: Size,
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
export function fitImages(images: FloatImages, to: Size): FloatImages;
export function fitImages(images: Images, to: Size): Images;
export function fitImages(images: Images, to: Size): Images {
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
