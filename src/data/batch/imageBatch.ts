/**
 * Images of one size as bytes 0 ... 255, in NHWC order: `data[((n·H + y)·W + x)·C + c]`. C is 3 (R, G, B) or
 * 1 (luma). The training graph itself makes f32 NCHW in [-1, 1] of them.
 */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly shape: readonly [n: number, h: number, w: number, c: number];
}
