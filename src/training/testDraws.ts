import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { FloatImages } from '../data/batch/floatImages.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { Model } from './model/model.js';

/** How much brighter a deviation is shown than as a difference of levels: white is 32 of 255 levels, or 0.25 in -1 ... 1. */
const GAIN = 8;

/** The draws of dropout masks for an image. */
export interface Draws {
  readonly count: number;
  /** The n-th draw of the image. */
  draw(n: number): number;
  readonly evaluate: boolean;
}

/** What the draws of an image have in common, and where they differ. */
export interface DrawnImages {
  /** -1 ... 1 */
  readonly mean: FloatImages;
  /** Grey: the standard deviation over the draws, of all channels taken together, `GAIN` times as bright. */
  readonly deviation: ImageBatch;
}

/**
 * Translates the model's input by several draws of its dropout masks. What it makes may be trusted where the draws agree: dropout
 * as an approximation of a posterior (Gal and Ghahramani, "Dropout as a Bayesian approximation", 2016). The model's visuals
 * are afterwards those of the first draw.
 *
 * @param visual the one that is made
 * @throws Pix2PixError where all draws are equal, since the network has no dropout
 */
export async function translateInDraws(
  model: Model,
  visual: string,
  { count, draw, evaluate }: Draws,
): Promise<DrawnImages> {
  const moments = new Moments();
  for (let n = count - 1; n >= 0; n--) {
    await model.test({ evaluate, draw: draw(n) });
    const visuals = await model.getCurrentVisuals();
    moments.add(visuals[visual]);
  }
  if (moments.isConstant) {
    throw new Pix2PixError(
      'all draws are equal: the network has no dropout',
      { '--draws': count, '--netG': model.opt.netG, '--no_dropout': String(model.opt.noDropout) },
      'leave out --draws, and --eval, which turns dropout off; or train with dropout, in unet_64 or larger',
    );
  }
  return { mean: moments.mean(), deviation: moments.deviation() };
}

/** Means and variances of images, updated by Welford's method. */
class Moments {
  private count = 0;
  private shape: FloatImages['shape'] = [0, 0, 0, 0];
  private means = new Float64Array(0);
  /** Sums of squared differences from the mean. */
  private squares = new Float64Array(0);

  add({ data, shape }: FloatImages): void {
    if (this.count === 0) {
      this.shape = shape;
      this.means = new Float64Array(data.length);
      this.squares = new Float64Array(data.length);
    }
    this.count++;
    for (let i = 0; i < data.length; i++) {
      const difference = data[i] - this.means[i];
      this.means[i] += difference / this.count;
      this.squares[i] += difference * (data[i] - this.means[i]);
    }
  }

  get isConstant(): boolean {
    return this.squares.every((sum) => sum === 0);
  }

  mean(): FloatImages {
    return { data: Float32Array.from(this.means), shape: this.shape };
  }

  deviation(): ImageBatch {
    const [n, channels, height, width] = this.shape;
    const pixels = height * width;
    const data = new Uint8Array(n * pixels);
    for (let i = 0; i < data.length; i++) {
      const [image, pixel] = [Math.floor(i / pixels), i % pixels];
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += this.squares[(image * channels + c) * pixels + pixel];
      const deviation = Math.sqrt(sum / channels / (this.count - 1));
      data[i] = Math.min(255, Math.round(deviation * 127.5 * GAIN));
    }
    return { data, shape: [n, height, width, 1] };
  }
}
