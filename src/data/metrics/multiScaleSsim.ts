import type { LevelBatch } from '../batch/floatImages.js';
import { type ComparedImages, REACH, similarity } from './ssim.js';

/** How much each scale counts, the finest first (Wang, Simoncelli and Bovik 2003, section 3.2). */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** SSIM of an image as it is, and over five scales. */
export interface Similarities {
  /** See `ssim`. */
  readonly ssim: number;
  /** 0 ... 1; NaN where a side has fewer than 176 pixels, so that the coarsest scale is smaller than the window. */
  readonly msSsim: number;
}

/**
 * SSIM and multi-scale SSIM (Wang, Simoncelli and Bovik, "Multiscale structural similarity for image quality assessment",
 * 2003) of two images: the contrast and structure of five scales, each half as large as the one before, and the luminance
 * of the coarsest, as a weighted geometric mean. Scales are halved by means of 2 × 2 pixels, and one that is negative
 * counts as 0; the coarsest has its edges mirrored, since the window alone may be as large as it is. So it is with
 * torchmetrics' `multiscale_structural_similarity_index_measure(data_range=255, normalize='relu')`.
 */
export function similarities(
  x: LevelBatch['data'],
  y: LevelBatch['data'],
  height: number,
  width: number,
  channels: number,
): Similarities {
  let images: ComparedImages = { x: Float32Array.from(x), y: Float32Array.from(y), height, width, channels };
  let msSsim = 1;
  let ssim = Number.NaN;
  for (const [scale, weight] of WEIGHTS.entries()) {
    const found = similarity(images);
    if (scale === 0) ssim = found.ssim;
    if (Number.isNaN(found.ssim)) return { ssim, msSsim: Number.NaN };
    const isCoarsest = scale === WEIGHTS.length - 1;
    const value = isCoarsest ? similarity(mirrored(images)).ssim : found.contrast;
    msSsim *= Math.max(0, value) ** weight;
    if (!isCoarsest) images = halved(images);
  }
  return { ssim, msSsim };
}

function halved({ x, y, height, width, channels }: ComparedImages): ComparedImages {
  const size = { height: Math.floor(height / 2), width: Math.floor(width / 2), channels };
  return { x: halvedImage(x, width, size), y: halvedImage(y, width, size), ...size };
}

/** As many pixels as the window reaches beyond its middle are added at each edge, mirrored about the pixels at the edge. */
function mirrored({ x, y, height, width, channels }: ComparedImages): ComparedImages {
  const size = { height: height + 2 * REACH, width: width + 2 * REACH, channels };
  const index = (at: number, extent: number) => {
    const before = Math.abs(at - REACH);
    return before < extent ? before : 2 * (extent - 1) - before;
  };
  const mirror = (image: Float32Array) =>
    Float32Array.from({ length: size.height * size.width * channels }, (_, i) => {
      const column = Math.floor(i / channels);
      const row = Math.floor(column / size.width);
      const from = index(row, height) * width + index(column % size.width, width);
      return image[from * channels + (i % channels)];
    });
  return { x: mirror(x), y: mirror(y), ...size };
}

/** Means of 2 × 2 pixels: of bytes they are exact in 32 bits, at every scale. An odd row or column is left out. */
function halvedImage(
  image: Float32Array,
  widthBefore: number,
  { height, width, channels }: Omit<ComparedImages, 'x' | 'y'>,
): Float32Array {
  const out = new Float32Array(height * width * channels);
  const stride = widthBefore * channels;
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 2 * row * stride + 2 * column * channels;
      for (let i = from; i < from + channels; i++) {
        out[at++] = (image[i] + image[i + channels] + image[i + stride] + image[i + stride + channels]) / 4;
      }
    }
  }
  return out;
}
