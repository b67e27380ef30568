import { f32 } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { relu } from '../../engine/ops/activation.js';
import { constant, scalar } from '../../engine/ops/constant.js';
import { abs, add, floor, mul, scale, shift, sub } from '../../engine/ops/elementwise.js';
import { reduceMean } from '../../engine/ops/reduce.js';
import { concat, slice } from '../../engine/ops/shape.js';
import { translatePixels } from '../../engine/ops/translatePixels.js';
import { type DiffAugmentation, diffAugmentations } from '../../options/diffaug.js';

/** How many random numbers an image takes for each. */
const NUMBERS: Readonly<Record<DiffAugmentation, number>> = { color: 3, translation: 2, cutout: 2 };
/** Largest translation, and side of the square that is cut out, in shares of the image. */
const [TRANSLATION, CUTOUT] = [1 / 8, 1 / 2];

/**
 * Draws one differentiable augmentation of what a discriminator sees (Zhao et al. 2020, "Differentiable Augmentation
 * for Data-Efficient GAN Training"; DiffAugment_pytorch.py in mit-han-lab/data-efficient-gans): brightness, saturation
 * and contrast; a translation by up to an eighth; a square of half the side set to 0.
 *
 * @param batch images of a pass; each is augmented in its own way
 * @returns the augmentation, to be applied to f32[N, C, H, W] in -1 ... 1 as often as wanted. Colours change from
 *   channel `first` on: before it is the condition
 */
export function drawDiffAugment(
  trace: Trace,
  policy: readonly DiffAugmentation[],
  batch: number,
): (x: Value, first?: number) => Value {
  const drawn = diffAugmentations
    .filter((name) => policy.includes(name))
    .map((name) => ({
      name,
      numbers: Array.from({ length: NUMBERS[name] }, () => trace.noise('uniform', f32(batch, 1, 1, 1))),
    }));
  return (x, first = 0) =>
    drawn.reduce((image, { name, numbers }) => diffAugment(image, name, numbers, first), x);
}

/** One of them, by its random numbers, f32[N, 1, 1, 1] each, uniform over 0 ... 1. */
export function diffAugment(x: Value, name: DiffAugmentation, numbers: readonly Value[], first = 0): Value {
  switch (name) {
    case 'color':
      return first === 0
        ? recolour(x, numbers)
        : concat([slice(x, 1, 0, first), recolour(slice(x, 1, first, x.shape[1]), numbers)], 1);
    case 'translation': {
      const offset = (u: Value, extent: number) => {
        const most = Math.floor(extent * TRANSLATION + 0.5);
        return shift(floor(scale(u, 2 * most + 1)), -most);
      };
      return translatePixels(x, offset(numbers[0], x.shape[2]), offset(numbers[1], x.shape[3]));
    }
    case 'cutout':
      return mul(x, outside(numbers, x.shape[2], x.shape[3]));
  }
}

function recolour(x: Value, [brightness, saturation, contrast]: readonly Value[]): Value {
  const brighter = add(x, shift(brightness, -0.5));
  const saturated = awayFrom(reduceMean(brighter, [1]), brighter, scale(saturation, 2));
  return awayFrom(reduceMean(saturated, [1, 2, 3]), saturated, shift(contrast, 0.5));
}

/** mean + factor · (x - mean) */
function awayFrom(mean: Value, x: Value, factor: Value): Value {
  return add(mul(sub(x, mean), factor), mean);
}

/** 0 in a square, 1 elsewhere: f32[N, 1, H, W]. */
function outside([u, v]: readonly Value[], height: number, width: number): Value {
  const inside = mul(within(u, height, [1, 1, height, 1]), within(v, width, [1, 1, 1, width]));
  return sub(scalar(1), inside);
}

/** 1 at the places of an axis that a side of the square takes, 0 at others. */
function within(u: Value, extent: number, shape: readonly number[]): Value {
  const side = Math.floor(extent * CUTOUT + 0.5);
  const middle = floor(scale(u, extent + 1 - (side % 2)));
  const first = shift(middle, -Math.floor(side / 2));
  const places = constant(
    Array.from({ length: extent }, (_, i) => i),
    shape,
  );
  const distance = abs(sub(places, shift(first, (side - 1) / 2)));
  return relu(sub(scalar(1), relu(shift(distance, -(side - 1) / 2))));
}
