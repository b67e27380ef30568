import { type Images, isFloat } from '../batch/floatImages.js';
import { extentsOf } from '../batch/sample.js';

/** A square, by where its middle is in shares of width and height, and its side in pixels. */
export interface Cutout {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** The middle of 0 ... 255, which networks see as nearly 0. */
const GREY = 128;

/** Makes a square of an image grey, as far as it lies within the border (DeVries and Taylor 2017). */
export function applyCutout(images: Images, { x, y, side }: Cutout): void {
  const { h: height, w: width, c: channels } = extentsOf(images);
  const [left, right] = span(x, side, width);
  const [top, bottom] = span(y, side, height);
  for (let row = top; row < bottom; row++) {
    if (isFloat(images)) {
      for (let plane = 0; plane < channels; plane++) {
        const start = (plane * height + row) * width;
        images.data.fill(0, start + left, start + right);
      }
    } else images.data.fill(GREY, (row * width + left) * channels, (row * width + right) * channels);
  }
}

/** First pixel, and the one after the last, of `side` pixels around a place along an axis. */
function span(place: number, side: number, extent: number): [number, number] {
  const start = Math.floor(place * extent) - Math.floor(side / 2);
  return [Math.max(0, start), Math.min(extent, start + side)];
}
