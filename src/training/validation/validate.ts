import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ALONE, inTurn } from '../../data/batch/batchShare.js';
import { type FloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import { showing } from '../../data/batch/shownImage.js';
import { formatsOf, type LabelsFormat } from '../../data/batch/sideFormat.js';
import { comparedClasses, ignoredNumber } from '../../data/metrics/comparedClasses.js';
import {
  type ComparedFeatures,
  type FeatureNetworks,
  setMeasures,
} from '../../data/metrics/features/featureNetworks.js';
import { type ImageMetrics, imageMetrics } from '../../data/metrics/imageMetrics.js';
import { ConfusionMatrix, type LabelMetrics } from '../../data/metrics/labelMetrics.js';
import { MetricMeans } from '../../data/metrics/metricMeans.js';
import { known, type Measures, measuresOf } from '../../data/metrics/metrics.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { Model } from '../model/model.js';
import type { Ranks } from '../parallel/ranks.js';
import { hasValidationFolder, openValidationSet } from './validationSet.js';

/** What was measured on the validation set: means over its images, and what is measured of all of them together. */
export interface ValidationResult {
  readonly measures: Measures;
  /** Of outputs that are labels: the intersection over union of each class, NaN where it does not occur. */
  readonly iou?: readonly number[];
  readonly images: number;
}

/** The connection of a validation with its caller: warnings, and requests to stop. */
export interface ValidationSurroundings {
  warn(text: string): void;
  /** Asked between two images. */
  shouldStop(): boolean;
  /** Those that share the images out, where this process is one of several. */
  readonly ranks?: Ranks;
  /** Feature networks, where there are some. */
  readonly featureNetworks?: FeatureNetworks;
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
  { warn, shouldStop, ranks, featureNetworks }: ValidationSurroundings,
): Promise<ValidationResult | 'stopped' | undefined> {
  const dataset = await openValidationSet(opt, warn, ranks);
  const { rank, size } = ranks ?? ALONE;
  const measured: Measured[] = [];
  const { output } = formatsOf(opt);
  const show = showing(opt);
  const counts = output.kind === 'labels' ? countsOf(output) : undefined;
  let isStopped = false;
  try {
    for await (const batch of dataset) {
      isStopped = shouldStop();
      if (isStopped) break;
      model.setInput(batch);
      await model.test({ draw: rank + size * measured.length });
      const compared = await comparedBy(model);
      if (compared === undefined) continue;
      const [made, wanted] = compared;
      const [metrics] = imageMetrics(toImageBatch(made.images), toImageBatch(wanted.images));
      if (output.kind === 'labels') {
        const classes = comparedClasses(made.images, wanted.images, output);
        counts?.add(classes.made, classes.wanted);
      }
      const features = await featureNetworks?.compare(
        show(made.name, made.images),
        show(wanted.name, wanted.images),
      );
      measured.push({ metrics, features });
    }
  } finally {
    await dataset.close();
  }
  if (ranks?.isAny(isStopped) ?? isStopped) return 'stopped';
  return summarise(inTurn(ranks?.gather(measured) ?? [measured]), counts && ofAll(counts, ranks));
}

function countsOf(format: LabelsFormat): ConfusionMatrix {
  return new ConfusionMatrix(format.channels, ignoredNumber(format));
}

/** The counts of all ranks. */
function ofAll(own: ConfusionMatrix, ranks: Ranks | undefined): LabelMetrics {
  for (const [rank, counts] of (ranks?.gather(own.counts) ?? []).entries())
    if (rank !== ranks!.rank) own.addCounts(counts);
  return own.metrics();
}

/** What one image came to. */
interface Measured {
  readonly metrics: ImageMetrics;
  readonly features?: ComparedFeatures;
}

function summarise(
  measured: readonly Measured[],
  labels: LabelMetrics | undefined,
): ValidationResult | undefined {
  if (measured.length === 0) return undefined;
  const means = new MetricMeans();
  for (const { metrics } of measured) means.add(metrics);
  const found = <K extends keyof ComparedFeatures>(key: K) =>
    measured.flatMap(({ features }) => features?.[key] ?? []);
  const distances = found('lpips') as number[];
  const lpips = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const ofSets = setMeasures(found('made') as Float32Array[], found('wanted') as Float32Array[]);
  return {
    measures: known({
      ...{ ...measuresOf(means.mean()), LPIPS: lpips, ...ofSets },
      ...(labels && { accuracy: labels.accuracy, mIoU: labels.meanIoU }),
    }),
    ...(labels && { iou: labels.iou }),
    images: measured.length,
  };
}

/** How far what the model made is from what it should be, image by image; empty where that is not known. */
export async function metricsOf(model: Model): Promise<ImageMetrics[]> {
  const compared = await comparedBy(model);
  if (compared === undefined) return [];
  const [made, wanted] = compared.map(({ images }) => toImageBatch(images));
  return imageMetrics(made, wanted);
}

interface Visual {
  readonly name: string;
  readonly images: FloatImages;
}

/** What the model has made, and what it should be. */
async function comparedBy(model: Model): Promise<[made: Visual, wanted: Visual] | undefined> {
  if (model.graph.compared === undefined) return undefined;
  const visuals: Readonly<Record<string, FloatImages>> = await model.getCurrentVisuals();
  const [made, wanted] = model.graph.compared.map((name) => ({ name, images: visuals[name] }));
  return [made, wanted];
}
