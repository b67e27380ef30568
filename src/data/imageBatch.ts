/** A batch of images as bytes: NHWC, 0..255, C = 1 or 3. */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly shape: readonly [n: number, h: number, w: number, c: number];
}
