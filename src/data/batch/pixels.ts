import type { Sides } from '../../base/sides.js';
import type { NumberArray } from '../raster/raster.js';

/** Bytes of colours or luma, or numbers of classes; or any numbers as the networks see them, -1 ... 1. */
export type PixelData = Uint8Array | Float32Array;

/** An image: rows from the top, `data[(y·width + x)·channels + channel]`. */
export interface Pixels<Data extends NumberArray = PixelData> extends Sides {
  readonly data: Data;
  /** Of bytes: 3 are R, G, B; 1 is luma. */
  readonly channels: number;
}

/** A rectangle of an image, in pixels; where that is said, it may reach beyond the image. */
export interface Region extends Sides {
  readonly left: number;
  readonly top: number;
}

/**
 * Cuts `region`, which lies within the picture, out of it, mirrored left and right where `flip` says so.
 * @returns a picture of its own: the one that it is cut from may be kept, and is never changed
 */
export function cropPixels<Data extends NumberArray>(
  { data, width: from, channels }: Pixels<Data>,
  { left, top, width, height }: Region,
  flip: boolean,
): Pixels<Data> {
  const stride = width * channels;
  const cropped = emptyLike(data, height * stride);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * from + left) * channels;
    cropped.set(data.subarray(start, start + stride), y * stride);
  }
  if (flip) mirrorRows(cropped, stride, channels);
  return { data: cropped, width, height, channels };
}

/** An array of the same type. Not by `constructor`: what decoders give is Node's Buffer, which is also one. */
export function emptyLike<Data extends NumberArray>(data: Data, length: number): Data {
  const NumbersArray = data instanceof Uint8Array ? Uint8Array : data.constructor;
  return new (NumbersArray as new (length: number) => Data)(length);
}

/** In place. */
function mirrorRows(data: NumberArray, stride: number, channels: number): void {
  for (let start = 0; start < data.length; start += stride) {
    for (let l = start, r = start + stride - channels; l < r; l += channels, r -= channels) {
      for (let c = 0; c < channels; c++) {
        const number = data[l + c];
        data[l + c] = data[r + c];
        data[r + c] = number;
      }
    }
  }
}
