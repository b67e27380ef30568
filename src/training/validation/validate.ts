import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ALONE } from '../../data/batch/batchShare.js';
import { type FloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import { type ImageMetrics, imageMetrics } from '../../data/metrics/imageMetrics.js';
import { MetricMeans } from '../../data/metrics/metricMeans.js';
import { type Measures, measuresOf } from '../../data/metrics/metrics.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { Model } from '../model/model.js';
import type { Ranks } from '../parallel/ranks.js';
import { hasValidationFolder, openValidationSet } from './validationSet.js';

/** What was measured on the validation set: means over its images, and what is measured of all of them together. */
export interface ValidationResult {
  readonly measures: Measures;
  readonly images: number;
}

/** The connection of a validation with its caller: warnings, and requests to stop. */
export interface ValidationSurroundings {
  warn(text: string): void;
  /** Asked between two images. */
  shouldStop(): boolean;
  /** Those that share the images out, where this process is one of several. */
  readonly ranks?: Ranks;
}

/**
 * How many images the run has to validate on: those of the data root's `val` (or `valA` and `valB`) folder, 0 where
 * there is none, or `--val_freq 0`, or nothing that the model makes has a target.
 *
 * @param warn is told where the folder is there and cannot be used; with `--strict` that is thrown
 */
export async function validationLength(
  { graph }: Model,
  opt: TrainOptions,
  warn: (text: string) => void,
): Promise<number> {
  if (graph.compared === undefined || opt.valFreq === 0 || !(await hasValidationFolder(opt))) return 0;
  try {
    const dataset = await openValidationSet(opt, warn);
    await dataset.close();
    return dataset.length;
  } catch (error) {
    if (opt.strict || !(error instanceof Pix2PixError)) throw error;
    warn(`there will be no validation: ${error.message}`);
    return 0;
  }
}

/**
 * Translates the validation set and measures the results, as `pix2pix test` would: one image at a time at
 * `--crop_size`, batch statistics and dropout as in training. Neither the model nor training's random streams change.
 *
 * @returns undefined where no image could be used
 */
export async function validate(
  model: Model,
  opt: TrainOptions,
  { warn, shouldStop, ranks }: ValidationSurroundings,
): Promise<ValidationResult | 'stopped' | undefined> {
  const dataset = await openValidationSet(opt, warn, ranks);
  const { rank, size } = ranks ?? ALONE;
  const measured: ImageMetrics[][] = [];
  let isStopped = false;
  try {
    for await (const batch of dataset) {
      isStopped = shouldStop();
      if (isStopped) break;
      model.setInput(batch);
      await model.test({ draw: rank + size * measured.length });
      measured.push(await metricsOf(model));
    }
  } finally {
    await dataset.close();
  }
  if (ranks?.isAny(isStopped) ?? isStopped) return 'stopped';
  const means = new MetricMeans();
  for (const metrics of inTurn(ranks?.gather(measured) ?? [measured]).flat()) means.add(metrics);
  const mean = means.mean();
  return mean.count === 0 ? undefined : { measures: measuresOf(mean), images: mean.count };
}

/** The first of each list, then the second of each, and so on: images in the order in which they were shared out. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/** How far what the model made is from what it should be, image by image; empty where that is not known. */
export async function metricsOf(model: Model): Promise<ImageMetrics[]> {
  if (model.graph.compared === undefined) return [];
  const visuals: Readonly<Record<string, FloatImages>> = await model.getCurrentVisuals();
  const [made, wanted] = model.graph.compared.map((name) => toImageBatch(visuals[name]));
  return imageMetrics(made, wanted);
}
