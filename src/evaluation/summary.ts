import { setMeasures } from '../data/metrics/features/featureLooks.js';
import { ConfusionMatrix } from '../data/metrics/labelMetrics.js';
import { known, METRIC_NAMES, type Measures, type MetricName } from '../data/metrics/metrics.js';
import type { Judgement } from './judge.js';

/** What a subject has come to. */
export interface Summary {
  readonly count: number;
  readonly measures: Measures;
  /** Images that equal their targets: their infinite PSNR is left out of the mean. */
  readonly identical: number;
  /** By class; null for one that does not occur. */
  readonly iou?: readonly (number | null)[];
}

/**
 * Means over the images, and what is measured of all of them together: distances of sets, and labels by the counts of all
 * pixels.
 */
export function summarise({ images, made, wanted, labels, classes }: Judgement): Summary {
  const measures: Partial<Record<MetricName, number>> = {};
  for (const name of METRIC_NAMES) {
    const values = images.flatMap(({ measures }) => measures[name] ?? []);
    const finite = values.filter(Number.isFinite);
    if (values.length > 0) measures[name] = finite.length > 0 ? mean(finite) : values[0];
  }
  const identical = images.filter(({ measures }) => measures.PSNR === Number.POSITIVE_INFINITY).length;
  Object.assign(measures, setMeasures(made, wanted));
  const common = { count: images.length, identical };
  if (labels === undefined || classes === undefined) return { ...common, measures: known(measures) };
  const matrix = new ConfusionMatrix(labels.classes, labels.ignored);
  matrix.addCounts(classes);
  const { accuracy, meanIoU, iou } = matrix.metrics();
  const byClass = iou.map((value) => (Number.isNaN(value) ? null : value));
  return { ...common, measures: known({ ...measures, accuracy, mIoU: meanIoU }), iou: byClass };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
