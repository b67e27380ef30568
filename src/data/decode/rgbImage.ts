/** Decoded pixels: R, G, B bytes in rows from the top, `data[(y·width + x)·3 + channel]`. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
