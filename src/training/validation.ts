import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDataset } from '../data/createDataset.js';
import { toImageBatch } from '../data/floatImages.js';
import { imageMetrics } from '../metrics/imageMetrics.js';
import { MetricMeans } from '../metrics/metricMeans.js';
import type { TrainOptions } from '../options/trainOptions.js';
import type { Model } from './model.js';

const PHASE = 'val';

/** Means over the validation set: L1 in units of the loss (images in -1 ... 1), PSNR in dB, SSIM. */
export interface ValidationResult {
  readonly l1: number;
  readonly psnr: number;
  readonly ssim: number;
  readonly images: number;
}

/** Whether the data root has a `val` (or `valA` and `valB`) folder. */
export async function hasValidationSet({ dataroot }: { dataroot: string }): Promise<boolean> {
  const isFolder = async (name: string) => {
    const found = await stat(join(dataroot, name)).catch(() => undefined);
    return found?.isDirectory() ?? false;
  };
  return (await isFolder(PHASE)) || (await isFolder(`${PHASE}A`));
}

/**
 * Translates the validation set and measures the results, as `pix2pix test` would: one image at a time at
 * `--crop_size`, batch statistics and dropout as in training. Neither the model nor training's random streams change.
 *
 * @param shouldStop ends it early between two images, with the result so far
 */
export async function validate(
  model: Model,
  opt: TrainOptions,
  onWarning: (message: string) => void,
  shouldStop: () => boolean = () => false,
): Promise<ValidationResult | undefined> {
  const still = { isTrain: false, serialBatches: true, noFlip: true, batchSize: 1, loadSize: opt.cropSize };
  const dataset = await createDataset({ ...opt, ...still, phase: PHASE }, { onWarning });
  const means = new MetricMeans();
  try {
    let index = 0;
    for await (const batch of dataset) {
      model.setInput(batch);
      await model.test({ draw: index++ });
      const { fake_B, real_B } = model.getCurrentVisuals();
      for (const metrics of imageMetrics(toImageBatch(fake_B), toImageBatch(real_B))) means.add(metrics);
      if (shouldStop()) break;
    }
  } finally {
    await dataset.close();
  }
  const { count, l1, psnr, ssim } = means.mean();
  return count === 0 ? undefined : { l1, psnr, ssim, images: count };
}
