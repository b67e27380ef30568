import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { LevelBatch } from '../batch/floatImages.js';
import { similarities } from './multiScaleSsim.js';

/** How far one image is from another. */
export interface ImageMetrics {
  /** Mean absolute difference in the unit of the training loss: of values in [-1, 1], so 0..2; G_L1 is λ times it. */
  readonly l1: number;
  /** Peak signal-to-noise ratio in dB, of 0 ... 255; Infinity for equal images. */
  readonly psnr: number;
  /** Structural similarity, -1..1, see `ssim`; NaN below 11 × 11 pixels. */
  readonly ssim: number;
  /** Over five scales, 0..1, see `similarities`; NaN below 176 × 176 pixels. */
  readonly msSsim: number;
}

/**
 * The metrics of each image of `actual` against the same place in `expected`.
 *
 * @throws Pix2PixError where the batches differ in shape
 */
export function imageMetrics(actual: LevelBatch, expected: LevelBatch): ImageMetrics[] {
  const [n, height, width, channels] = expected.shape;
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Pix2PixError(
      'metrics: the two batches differ in shape',
      { actual: `u8[${actual.shape}]`, expected: `u8[${expected.shape}]   [n, h, w, c]` },
      'compare images of the same size and number of channels',
    );
  }
  const size = height * width * channels;
  return Array.from({ length: n }, (_, i) => {
    const a = actual.data.subarray(i * size, (i + 1) * size);
    const b = expected.data.subarray(i * size, (i + 1) * size);
    return { ...pixelErrors(a, b), ...similarities(a, b, height, width, channels) };
  });
}

/** A byte is 127.5 (v + 1) of a value v in [-1, 1], so a difference of 127.5 bytes is one of 1. */
function pixelErrors(a: LevelBatch['data'], b: LevelBatch['data']): { l1: number; psnr: number } {
  let absolute = 0;
  let squared = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] - b[i];
    absolute += Math.abs(difference);
    squared += difference * difference;
  }
  return { l1: absolute / a.length / 127.5, psnr: 10 * Math.log10((255 * 255 * a.length) / squared) };
}
