import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Sides } from '../../base/sides.js';
import { type Images, isFloat } from './floatImages.js';

/** One pair, both of one kind, bytes or floats: `A` and `B` have n = 1, each path list has one entry (the same file when A and B lie side by side). */
export interface Sample {
  readonly A: Images;
  readonly B: Images;
  /** The size that they had before edges were added (`isPadded`); absent: that which they have. */
  readonly size?: Sides;
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
  const { size } = samples[0];
  const isOneSize = samples.every(
    (one) => one.size?.width === size?.width && one.size?.height === size?.height,
  );
  return { A, B, APaths, BPaths, ...(size && isOneSize && { size }) };
}

/** What images have in common that are in one batch. */
export function extentsOf(images: Images): { readonly h: number; readonly w: number; readonly c: number } {
  if (isFloat(images)) return { c: images.shape[1], h: images.shape[2], w: images.shape[3] };
  return { h: images.shape[1], w: images.shape[2], c: images.shape[3] };
}

/** `256x256, 3 channels` */
export function sizeInWords(images: Images): string {
  const { h, w, c } = extentsOf(images);
  return `${w}x${h}, ${c} channels`;
}

/**
 * Joins images into a batch of its own memory.
 * @param paths names of the images, for the message
 * @throws Pix2PixError when they differ in size or channels
 */
export function stackImages<Kind extends Images>(images: readonly Kind[], paths: readonly string[]): Kind {
  const [first] = images;
  const odd = images.findIndex((image) => sizeInWords(image) !== sizeInWords(first));
  if (odd >= 0) {
    throw new Pix2PixError(
      'images of one batch differ in size',
      { [paths[0]]: sizeInWords(first), [paths[odd]]: sizeInWords(images[odd]) },
      'pass --preprocess resize_and_crop, which makes every image the same size, or --batch_size 1',
    );
  }
  const count = images.reduce((total, { data }) => total + data.length, 0);
  const data = isFloat(first) ? new Float32Array(count) : new Uint8Array(count);
  let offset = 0;
  for (const image of images) {
    data.set(image.data, offset);
    offset += image.data.length;
  }
  const n = images.reduce((total, { shape }) => total + shape[0], 0);
  return { data, shape: [n, ...first.shape.slice(1)] } as unknown as Kind;
}
