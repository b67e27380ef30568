import type { Size } from './geometry.js';

/** Bytes of colours or luma, or numbers of classes; or any numbers as the networks see them, -1 ... 1. */
export type PixelData = Uint8Array | Float32Array;

/** A picture: rows from the top, `data[(y·width + x)·channels + channel]`. */
export interface Pixels<Data extends PixelData = PixelData> extends Size {
  readonly data: Data;
  /** Of bytes: 3 are R, G, B; 1 is luma. */
  readonly channels: number;
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
export function cropPixels<Data extends PixelData>(
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
export function emptyLike<Data extends PixelData>(data: Data, length: number): Data {
  return (data instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length)) as Data;
}

/** In place. */
function mirrorRows(data: PixelData, stride: number, channels: number): void {
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
