import type { Size } from './geometry.js';

/** A picture as bytes: rows from the top, `data[(y·width + x)·channels + channel]`. */
export interface Pixels extends Size {
  readonly data: Uint8Array;
  /** 3: R, G, B; 1: luma. */
  readonly channels: 1 | 3;
}

/** A rectangle of an image, in pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * Cuts `region`, which lies within the picture, out of it, mirrored left and right where `flip` says so.
 * @returns a picture of its own: the one that it is cut from may be kept, and is never changed
 */
export function cropPixels(
  { data, width: from, channels }: Pixels,
  { left, top, width, height }: Region,
  flip: boolean,
): Pixels {
  const stride = width * channels;
  const cropped = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * from + left) * channels;
    cropped.set(data.subarray(start, start + stride), y * stride);
  }
  if (flip) mirrorRows(cropped, stride, channels);
  return { data: cropped, width, height, channels };
}

/** In place. */
function mirrorRows(data: Uint8Array, stride: number, channels: number): void {
  for (let start = 0; start < data.length; start += stride) {
    for (let l = start, r = start + stride - channels; l < r; l += channels, r -= channels) {
      for (let c = 0; c < channels; c++) {
        const byte = data[l + c];
        data[l + c] = data[r + c];
        data[r + c] = byte;
      }
    }
  }
}
