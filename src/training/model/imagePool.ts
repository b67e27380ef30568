import { RandomStream } from '../../base/random/stream.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import type { ModelGraph } from '../../models/definition.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/** The random choice for one image: whether an earlier one is taken in its place, and which. */
export interface PoolChoice {
  readonly exchange: boolean;
  /** 0 ... size - 1 */
  readonly index: number;
}

/** Draws for image `position` of a step. */
export type PoolChance = (step: number, position: number, size: number) => PoolChoice;

/** Chance as a pure function of the seed and the place in the training, so that a run can be continued exactly. */
export function poolChance(seed: number, name: string): PoolChance {
  return (step, position, size) => {
    const stream = new RandomStream(seed, `pool.${name}`, [step, position]);
    return { exchange: stream.uniform() > 0.5, index: stream.integer(size) };
  };
}

/** One image of a pool, f32[1, C, H, W]. */
type Image = FloatImages;

/**
 * Earlier fakes, of which a discriminator is shown some in place of the newest, so that it does not forget them
 * (Shrivastava et al. 2017, section 2.3; the reference's util/image_pool.py). Until the pool is full, images pass and
 * are kept; then each is exchanged for a kept one with probability one half.
 */
export class ImagePool {
  /** In the order of their places. */
  readonly images: Image[] = [];

  /** @param size how many images are kept; 0: all pass */
  constructor(
    readonly size: number,
    public chance: PoolChance,
  ) {}

  /**
   * The images that are shown in place of a batch.
   * @param first the place of its first image in the step
   */
  exchange(batch: FloatImages, step: number, first = 0): FloatImages {
    if (this.size === 0) return batch;
    const shown = { data: new Float32Array(batch.data.length), shape: batch.shape };
    const each = batch.data.length / batch.shape[0];
    for (let i = 0; i < batch.shape[0]; i++) {
      const image = batch.data.slice(i * each, (i + 1) * each);
      const shape = [1, batch.shape[1], batch.shape[2], batch.shape[3]] as const;
      shown.data.set(this.take({ data: image, shape }, step, first + i), i * each);
    }
    return shown;
  }

  private take(image: Image, step: number, position: number): Float32Array {
    if (this.images.length < this.size) {
      this.images.push(image);
      return image.data;
    }
    const { exchange, index } = this.chance(step, position, this.size);
    if (!exchange) return image.data;
    const kept = this.images[index];
    this.images[index] = image;
    // One of another size, as --preprocess none has them, has no place among the others of its batch.
    return String(kept.shape) === String(image.shape) ? kept.data : image.data;
  }
}

/** The pools of a model, by the inputs that are taken from them. A test keeps none of their images. */
export function createPools(
  { step }: Pick<ModelGraph, 'step'>,
  opt: TrainOptions | TestOptions,
): Map<string, ImagePool> {
  const size = opt.isTrain ? opt.poolSize : 0;
  const pooled = Object.keys(step?.pooled ?? {});
  return new Map(pooled.map((name) => [name, new ImagePool(size, poolChance(opt.seed, name))]));
}
