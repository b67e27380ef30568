import type { ImageBatch } from './imageBatch.js';

/** Images as networks see them: f32 in -1 ... 1, NCHW. */
export interface FloatImages {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, c: number, h: number, w: number];
}

/** Images of either kind. */
export type Images = ImageBatch | FloatImages;

export function isFloat(images: Images): images is FloatImages {
  return images.data instanceof Float32Array;
}

/** Images as an `ImageBatch` has them, 0 ... 255 in NHWC, or the same not rounded, of numbers that bytes do not hold. */
export interface LevelBatch extends Pick<ImageBatch, 'shape'> {
  readonly data: Uint8Array | Float32Array;
}

/** For measuring: -1 ... 1 to 0 ... 255, not rounded. */
export function toLevels(images: FloatImages): LevelBatch {
  const [n, c, h, w] = images.shape;
  const data = new Float32Array(images.data.length);
  forEachElement(n, c, h * w, (planar, interleaved) => {
    data[interleaved] = (images.data[planar] + 1) * 127.5;
  });
  return { data, shape: [n, h, w, c] };
}

/** For showing and saving: -1 ... 1 to 0 ... 255, rounded, limited to that range; NaN becomes 0. */
export function toImageBatch(images: Images): ImageBatch {
  if (!isFloat(images)) return images;
  const [n, c, h, w] = images.shape;
  const data = new Uint8ClampedArray(n * h * w * c);
  forEachElement(n, c, h * w, (planar, interleaved) => {
    data[interleaved] = (images.data[planar] + 1) * 127.5;
  });
  return { data: new Uint8Array(data.buffer), shape: [n, h, w, c] };
}

/** Bytes to -1 ... 1, as the graph of a model converts its inputs. */
export function toFloatImages(images: Images): FloatImages {
  if (isFloat(images)) return images;
  const [n, h, w, c] = images.shape;
  const data = new Float32Array(images.data.length);
  forEachElement(n, c, h * w, (planar, interleaved) => {
    data[planar] = Math.fround(images.data[interleaved] * Math.fround(2 / 255)) - 1;
  });
  return { data, shape: [n, c, h, w] };
}

/** Pairs every element's place in NCHW with its place in NHWC. */
function forEachElement(
  n: number,
  c: number,
  area: number,
  visit: (nchw: number, nhwc: number) => void,
): void {
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      const planar = (image * c + channel) * area;
      const interleaved = image * area * c + channel;
      for (let i = 0; i < area; i++) visit(planar + i, interleaved + i * c);
    }
  }
}
