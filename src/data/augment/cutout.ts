import type { ImageBatch } from '../batch/imageBatch.js';

/** A square, by where its middle is in shares of width and height, and its side in pixels. */
export interface Cutout {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** The middle of 0 ... 255, which networks see as nearly 0. */
const GREY = 128;

/** Makes a square of an image grey, as far as it lies within the border (DeVries and Taylor 2017). */
export function applyCutout(
  { data, shape: [, height, width, channels] }: ImageBatch,
  { x, y, side }: Cutout,
): void {
  const [left, right] = span(x, side, width);
  const [top, bottom] = span(y, side, height);
  for (let row = top; row < bottom; row++) {
    data.fill(GREY, (row * width + left) * channels, (row * width + right) * channels);
  }
}

/** First pixel, and the one after the last, of `side` pixels around a place along an axis. */
function span(place: number, side: number, extent: number): [number, number] {
  const start = Math.floor(place * extent) - Math.floor(side / 2);
  return [Math.max(0, start), Math.min(extent, start + side)];
}
