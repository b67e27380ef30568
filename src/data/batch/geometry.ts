import { RandomStream } from '../../base/random/stream.js';
import type { Sides } from '../../base/sides.js';
import { sidesOf } from '../../options/pixelSize.js';
import type { DataOptions } from '../options.js';

/** The random choices for one image: where the crop begins (pixels of the resized image), and whether to mirror. */
export interface Augmentation {
  readonly cropX: number;
  readonly cropY: number;
  readonly flip: boolean;
}

/** The operations on an image, in this order: resize, turn, crop, mirror left and right. */
export interface Geometry {
  readonly resized: Sides;
  /** Top left corner of the crop, which is `output` large and lies within the resized image. */
  readonly crop: { readonly left: number; readonly top: number } | undefined;
  readonly output: Sides;
  readonly flip: boolean;
  /** Degrees by which it is turned, clockwise, before the crop. Default: 0. */
  readonly angle?: number;
}

/** The options that geometry depends on. */
export type GeometryOptions = Pick<
  DataOptions,
  'preprocess' | 'loadSize' | 'cropSize' | 'noFlip' | 'isTrain'
>;

/**
 * The augmentation of image `index` (its place in the sorted list) in `epoch`: a pure function of its arguments, so
 * that any image of any epoch can be made again.
 *
 * The crop is uniform over the places where it fits; mirroring has probability one half, and none with `--no_flip` or at test time.
 *
 * @param size the image before resizing; A's half of a side-by-side pair
 * @param purpose names the stream of chance, where an index has several images
 * Source: get_params in the reference's data/base_dataset.py
 */
export function augmentation(
  opt: GeometryOptions,
  seed: number,
  epoch: number,
  index: number,
  size: Sides,
  purpose = 'augment',
): Augmentation {
  const [load, crop] = [sidesOf(opt.loadSize), sidesOf(opt.cropSize)];
  let { width, height } = size;
  if (opt.preprocess === 'resize_and_crop') ({ width, height } = load);
  else if (opt.preprocess === 'scale_width_and_crop') {
    width = load.width;
    height = Math.floor((load.width * size.height) / size.width);
  }
  const stream = new RandomStream(seed, purpose, [epoch, index]);
  const cropX = stream.integer(Math.max(0, width - crop.width) + 1);
  const cropY = stream.integer(Math.max(0, height - crop.height) + 1);
  const flip = stream.uniform() > 0.5; // always drawn: --no_flip leaves the crops as they were
  return { cropX, cropY, flip: flip && !opt.noFlip && opt.isTrain };
}

/**
 * How `--preprocess` makes an image of `size` what the networks take. A side of `resized` may be 0: the image is too
 * small to be rounded to a multiple of 4.
 *
 * Source: get_transform in the reference's data/base_dataset.py
 */
export function planGeometry(
  opt: GeometryOptions,
  size: Sides,
  { cropX, cropY, flip }: Augmentation,
): Geometry {
  const resized = resizedSize(opt, size);
  const window = sidesOf(opt.cropSize);
  const crops =
    opt.preprocess.includes('crop') && (resized.width > window.width || resized.height > window.height);
  return {
    resized,
    crop: crops ? { left: cropX, top: cropY } : undefined,
    output: crops ? window : resized,
    flip,
  };
}

function resizedSize(opt: GeometryOptions, { width, height }: Sides): Sides {
  const [load, crop] = [sidesOf(opt.loadSize), sidesOf(opt.cropSize)];
  switch (opt.preprocess) {
    case 'resize_and_crop':
      return load;
    case 'scale_width':
    case 'scale_width_and_crop':
      if (width === load.width && height >= crop.height) return { width, height };
      return { width: load.width, height: Math.trunc(Math.max((load.width * height) / width, crop.height)) };
    case 'none':
      return { width: nearestMultipleOf4(width), height: nearestMultipleOf4(height) };
    case 'crop':
    case 'pad':
      return { width, height };
  }
}

/** Halves go to the even quotient, as Python rounds: 6 → 8, 10 → 8. */
function nearestMultipleOf4(length: number): number {
  const below = Math.floor(length / 4);
  const rest = length - below * 4;
  const up = rest > 2 || (rest === 2 && below % 2 === 1);
  return (up ? below + 1 : below) * 4;
}
