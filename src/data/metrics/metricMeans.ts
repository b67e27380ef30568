import type { ImageMetrics } from './imageMetrics.js';

/** Means over images. */
export interface MeanMetrics extends ImageMetrics {
  readonly count: number;
  /** How many images equalled their target: their infinite PSNR is left out of the mean. */
  readonly identical: number;
}

/**
 * Gathers metrics image by image. One image that equals its target would make the mean PSNR infinite whatever the
 * others are, so PSNR is averaged over the other images, and SSIM and MS-SSIM over the images that have one; where no image is
 * left, the mean is Infinity and NaN.
 *
 * ```
 * const means = new MetricMeans();
 * for (const image of imageMetrics(fakeB, realB)) means.add(image);
 * means.mean();   // { l1: 0.102, psnr: 23.2, ssim: 0.61, msSsim: 0.7, count: 60, identical: 0 }
 * ```
 */
export class MetricMeans {
  private readonly l1 = new Mean();
  private readonly psnr = new Mean();
  private readonly ssim = new Mean();
  private readonly msSsim = new Mean();

  /** Adds the metrics of one image. */
  add(image: ImageMetrics): void {
    this.l1.add(image.l1);
    if (image.psnr !== Number.POSITIVE_INFINITY) this.psnr.add(image.psnr);
    if (!Number.isNaN(image.ssim)) this.ssim.add(image.ssim);
    if (!Number.isNaN(image.msSsim)) this.msSsim.add(image.msSsim);
  }

  /** The means so far; every one is NaN before the first image. */
  mean(): MeanMetrics {
    const identical = this.l1.count - this.psnr.count;
    return {
      l1: this.l1.value,
      psnr: this.psnr.count === 0 && identical > 0 ? Number.POSITIVE_INFINITY : this.psnr.value,
      ssim: this.ssim.value,
      msSsim: this.msSsim.value,
      count: this.l1.count,
      identical,
    };
  }
}

class Mean {
  count = 0;
  private sum = 0;

  add(value: number): void {
    this.count++;
    this.sum += value;
  }

  get value(): number {
    return this.sum / this.count;
  }
}
