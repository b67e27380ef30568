import { RandomStream } from '../../base/random/stream.js';
import type { AUGMENTATION_OPTIONS } from '../../options/augmentationOptions.js';
import type { OptionValues } from '../../options/spec.js';
import { type ColourChange, colourChange } from './colourChange.js';

/** The flags of the augmentations that are off by default. */
export type VariationOptions = OptionValues<typeof AUGMENTATION_OPTIONS>;

/** A square, by where its middle is in shares of width and height, and its side in pixels. */
export interface Cutout {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** What chance does to one image or pair besides crop and mirror; what is undefined is left alone. */
export interface Variation {
  /** By how many degrees both images are turned, clockwise. */
  readonly angle?: number;
  /** Of the photograph. */
  readonly colour?: ColourChange;
  /** Of the input: what it hides, the target still shows. */
  readonly cutout?: Cutout;
}

/** Tests and validations see the images as they are. */
const NONE: Variation = {};

/**
 * The variation of image `index` in `epoch`: a pure function of its arguments. All numbers are drawn whether they are
 * wanted or not, so that no flag changes what another one does.
 *
 * @param purpose names the stream of chance, where an index has several images
 * Sources: rotation and colour jitter as in torchvision's RandomRotation and ColorJitter; cut-out: DeVries and Taylor
 * 2017
 */
export function variation(
  { isTrain, rotate = 0, colorJitter = 0, cutout = 0 }: Partial<VariationOptions> & { isTrain: boolean },
  seed: number,
  epoch: number,
  index: number,
  purpose = 'vary',
): Variation {
  if (!isTrain) return NONE;
  const stream = new RandomStream(seed, purpose, [epoch, index]);
  const swing = () => 2 * stream.uniform() - 1;
  const angle = rotate * swing();
  const [brightness, contrast, saturation, hue] = [swing(), swing(), swing(), swing()];
  const [x, y] = [stream.uniform(), stream.uniform()];
  const by = (direction: number) => 1 + colorJitter * direction;
  const change = {
    ...{ brightness: by(brightness), contrast: by(contrast), saturation: by(saturation) },
    hue: QUARTER_TURN * colorJitter * hue,
  };
  return {
    angle: rotate > 0 ? angle : undefined,
    colour: colorJitter > 0 ? colourChange(change) : undefined,
    cutout: cutout > 0 ? { x, y, side: cutout } : undefined,
  };
}

/** Degrees. */
const QUARTER_TURN = 90;
