import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/**
 * Images of one size as bytes 0 ... 255, in NHWC order: `data[((n·H + y)·W + x)·C + c]`. C is 3 (R, G, B) or
 * 1 (luma). The training graph itself makes f32 NCHW in [-1, 1] of them.
 */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly shape: readonly [n: number, h: number, w: number, c: number];
}

/** One pair: `A` and `B` have n = 1, each path list has one entry (the same file when A and B lie side by side). */
export interface Sample {
  readonly A: ImageBatch;
  readonly B: ImageBatch;
  readonly APaths: string[];
  readonly BPaths: string[];
}

/** Several pairs; entry i of each path list names the file of image i. */
export interface Batch extends Sample {
  /** The images of the step that it is for, where other processes have some of them. Default: those that it has. */
  readonly ofImages?: number;
}

/**
 * Joins pairs, in order. The arrays of the result are its own, so their buffers can be transferred.
 *
 * @throws Pix2PixError when the images differ in size or channels: one tensor holds images of one size only
 */
export function stackSamples(samples: readonly Sample[]): Sample {
  const APaths = samples.flatMap((sample) => sample.APaths);
  const BPaths = samples.flatMap((sample) => sample.BPaths);
  const A = stackImages(
    samples.map((sample) => sample.A),
    APaths,
  );
  const B = stackImages(
    samples.map((sample) => sample.B),
    BPaths,
  );
  return { A, B, APaths, BPaths };
}

/**
 * Joins images into a batch of its own memory.
 * @param paths names of the images, for the message
 * @throws Pix2PixError when they differ in size or channels
 */
export function stackImages(images: readonly ImageBatch[], paths: readonly string[]): ImageBatch {
  const [, h, w, c] = images[0].shape;
  const odd = images.findIndex(({ shape }) => shape[1] !== h || shape[2] !== w || shape[3] !== c);
  if (odd >= 0) {
    const [, oddH, oddW, oddC] = images[odd].shape;
    throw new Pix2PixError(
      'images of one batch differ in size',
      { [paths[0]]: `${w}x${h}, ${c} channels`, [paths[odd]]: `${oddW}x${oddH}, ${oddC} channels` },
      'pass --preprocess resize_and_crop, which makes every image the same size, or --batch_size 1',
    );
  }
  const data = new Uint8Array(images.reduce((total, image) => total + image.data.length, 0));
  let offset = 0;
  let n = 0;
  for (const image of images) {
    data.set(image.data, offset);
    offset += image.data.length;
    n += image.shape[0];
  }
  return { data, shape: [n, h, w, c] };
}
