import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** How well a map of class numbers agrees with another one. */
export interface LabelMetrics {
  /** The part of the pixels whose class is right, 0 ... 1. */
  readonly accuracy: number;
  /** Mean of `iou` over the classes that occur on either side. */
  readonly meanIoU: number;
  /**
   * Intersection over union of each class, 0 ... 1: the pixels that have it on both sides by those that have it on either;
   * NaN for a class that does not occur, and for the one that is ignored.
   */
  readonly iou: readonly number[];
}

/**
 * Counts by class what the pixels of label maps should be and what they are, over many images.
 *
 * ```
 * const matrix = new ConfusionMatrix(8);
 * matrix.add(madeClasses, wantedClasses);
 * matrix.metrics();   // { accuracy: 0.91, meanIoU: 0.62, iou: [0.95, ...] }
 * ```
 */
export class ConfusionMatrix {
  /** counts[wanted * classes + made] */
  readonly counts: Float64Array;

  /** @param ignored pixels that should be of this class are not counted */
  constructor(
    readonly classes: number,
    private readonly ignored?: number,
  ) {
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Adds an image: one class number a pixel.
   * @throws Pix2PixError for a number that is no class
   */
  add(made: ArrayLike<number>, wanted: ArrayLike<number>): void {
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i] === this.ignored) continue;
      if (!this.isClass(made[i]) || !this.isClass(wanted[i])) throw noClass(this.classes, made[i], wanted[i]);
      this.counts[wanted[i] * this.classes + made[i]]++;
    }
  }

  private isClass(number: number): boolean {
    return number >>> 0 === number && number < this.classes;
  }

  /** Adds what another one of as many classes has counted. */
  addCounts(counts: ArrayLike<number>): void {
    for (let i = 0; i < this.counts.length; i++) this.counts[i] += counts[i];
  }

  /** Of all images so far; NaN before the first. */
  metrics(): LabelMetrics {
    const { classes, counts } = this;
    let right = 0;
    let all = 0;
    const iou = Array.from({ length: classes }, (_, i) => {
      let wanted = 0;
      let made = 0;
      for (let j = 0; j < classes; j++) {
        wanted += counts[i * classes + j];
        made += counts[j * classes + i];
      }
      const both = counts[i * classes + i];
      right += both;
      all += wanted;
      return i === this.ignored ? Number.NaN : both / (wanted + made - both);
    });
    const occurring = iou.filter((value) => !Number.isNaN(value));
    const meanIoU = occurring.reduce((sum, value) => sum + value, 0) / occurring.length;
    return { accuracy: right / all, meanIoU, iou };
  }
}

function noClass(classes: number, made: number, wanted: number): Pix2PixError {
  return new Pix2PixError(
    'a pixel is of no class',
    { made, wanted, classes: `0 ... ${classes - 1}` },
    'say how many classes there are, which number is to be ignored, or by which colours classes are shown',
  );
}
