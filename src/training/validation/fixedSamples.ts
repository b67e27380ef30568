import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import type { Batch } from '../../data/batch/sample.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { Model } from '../model/model.js';
import { hasValidationFolder, openValidationSet } from './validationSet.js';

/** Few: each is translated, kept and looked at again and again. */
const COUNT = 4;

/**
 * The first images of the validation set. What the networks make of them is kept from time to time, so that one sees the
 * same images change; those of the training's own batches are others each time.
 */
export class FixedSamples {
  /** Whether what does not change has been given. */
  private isBegun = false;

  private constructor(private readonly batches: readonly Batch[]) {}

  /**
   * Reads them. Undefined where there is no validation set or `--val_freq 0`, and for models that have sheets of fixed
   * noise instead.
   *
   * @param warn is told where there is a set that cannot be used
   */
  static async open(
    { graph }: Model,
    opt: TrainOptions,
    warn: (text: string) => void,
  ): Promise<FixedSamples | undefined> {
    if (graph.sheet !== undefined || opt.valFreq === 0 || !(await hasValidationFolder(opt))) return undefined;
    try {
      return new FixedSamples(await firstBatches(opt, warn));
    } catch (error) {
      if (!(error instanceof Pix2PixError)) throw error;
      warn(`there will be no fixed samples: ${error.message}`);
      return undefined;
    }
  }

  /**
   * The model's present translations of them, dropout as in a test: `1/fake_B`, `2/fake_B`, ... f32[1,C,H,W] in -1 ...
   * 1. The first time also what goes in and what should come out, which stay as they are. Neither weights nor
   * training's random streams change.
   */
  async visuals(model: Model): Promise<Record<string, FloatImages>> {
    const still = new Set(this.isBegun ? model.graph.inputs.map(({ name }) => name) : []);
    const all: Record<string, FloatImages> = {};
    for (const [index, batch] of this.batches.entries()) {
      model.setInput(batch);
      await model.test({ draw: index });
      const made: Readonly<Record<string, FloatImages>> = await model.getCurrentVisuals();
      for (const [name, visual] of Object.entries(made)) {
        if (!still.has(name)) all[`${index + 1}/${name}`] = visual;
      }
    }
    this.isBegun = true;
    return all;
  }
}

async function firstBatches(opt: TrainOptions, warn: (text: string) => void): Promise<Batch[]> {
  const maxDatasetSize = Math.min(COUNT, opt.maxDatasetSize);
  const dataset = await openValidationSet({ ...opt, maxDatasetSize }, warn);
  try {
    const batches: Batch[] = [];
    for await (const batch of dataset) batches.push(batch);
    return batches;
  } finally {
    await dataset.close();
  }
}
