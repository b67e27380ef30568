import { RandomStream } from '../../base/random/stream.js';
import type { AUGMENTATION_OPTIONS } from '../../options/augmentationOptions.js';
import type { OptionValues } from '../../options/spec.js';
import { type ColourJitter, colourJitter } from './colourJitter.js';
import type { Cutout } from './cutout.js';

/** The flags of the augmentations that are off by default. */
export type AugmentationOptions = OptionValues<typeof AUGMENTATION_OPTIONS>;

/** The random augmentation of one image or pair besides crop and mirror; what is undefined is left alone. */
export interface ImageAugmentation {
  /** By how many degrees both images are turned, clockwise. */
  readonly angle?: number;
  /** Of the photograph. */
  readonly colour?: ColourJitter;
  /** Of the input alone: the target still shows what is there. */
  readonly cutout?: Cutout;
}

/** Tests and validations see the images as they are. */
const NONE: ImageAugmentation = {};

/**
 * The augmentation of image `index` in `epoch`: a pure function of its arguments. All numbers are drawn whether they are
 * wanted or not, so that no flag changes what another one does.
 *
 * @param purpose names the stream of chance, where an index has several images
 * Sources: rotation and colour jitter as in torchvision's RandomRotation and ColorJitter; cutout: DeVries and Taylor
 * 2017
 */
export function imageAugmentation(
  { isTrain, rotate = 0, colorJitter = 0, cutout = 0 }: Partial<AugmentationOptions> & { isTrain: boolean },
  seed: number,
  epoch: number,
  index: number,
  purpose = 'vary',
): ImageAugmentation {
  if (!isTrain) return NONE;
  const stream = new RandomStream(seed, purpose, [epoch, index]);
  const swing = () => 2 * stream.uniform() - 1;
  const angle = rotate * swing();
  const [brightness, contrast, saturation, hue] = [swing(), swing(), swing(), swing()];
  const [x, y] = [stream.uniform(), stream.uniform()];
  const by = (direction: number) => 1 + colorJitter * direction;
  const factors = {
    ...{ brightness: by(brightness), contrast: by(contrast), saturation: by(saturation) },
    hue: QUARTER_TURN * colorJitter * hue,
  };
  return {
    angle: rotate > 0 ? angle : undefined,
    colour: colorJitter > 0 ? colourJitter(factors) : undefined,
    cutout: cutout > 0 ? { x, y, side: cutout } : undefined,
  };
}

/** Degrees. */
const QUARTER_TURN = 90;
