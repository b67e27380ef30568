import type { FloatImages } from '../batch/floatImages.js';
import { classesOf, NO_CLASS } from '../batch/shownImage.js';
import type { LabelsFormat } from '../batch/sideFormat.js';

/** The class of each pixel of a translation and of its target, as `ConfusionMatrix` counts them. */
export interface ComparedClasses {
  readonly made: ArrayLike<number>;
  /** Where the target has no class: `ignoredNumber`. */
  readonly wanted: ArrayLike<number>;
}

/** The number of pixels whose target is of no class. */
export const ignoredNumber = ({ ignored = NO_CLASS }: LabelsFormat): number => ignored;

/**
 * The classes of label images f32[N,C,H,W], one channel a class: those of the greatest numbers. A translation has one
 * everywhere; of channels that are all -1 it is the first.
 */
export function comparedClasses(
  made: FloatImages,
  wanted: FloatImages,
  format: LabelsFormat,
): ComparedClasses {
  const numbered = (images: FloatImages, none: number) =>
    classesOf(images).map((label) => (label === NO_CLASS ? none : label));
  return { made: numbered(made, 0), wanted: numbered(wanted, ignoredNumber(format)) };
}
