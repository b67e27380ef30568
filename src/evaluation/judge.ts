import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { FeatureLooks } from '../data/metrics/features/featureLooks.js';
import { imageMetrics } from '../data/metrics/imageMetrics.js';
import { ConfusionMatrix } from '../data/metrics/labelMetrics.js';
import { known, type Measures, measuresOf } from '../data/metrics/metrics.js';
import { classesOf, type LabelSettings } from './labels.js';
import type { JudgedImage } from './subject.js';

/** What one process has measured of its images of a subject. */
export interface Judgement {
  readonly images: { readonly name: string; readonly measures: Measures }[];
  /** As of `ConfusionMatrix`, where labels are evaluated. */
  readonly classes?: number[];
  /** The features of each image and of its target, where there is a network. */
  readonly made: Float32Array[];
  readonly wanted: Float32Array[];
}

/** Measures images one by one. */
export class Judge {
  constructor(
    private readonly looks: FeatureLooks,
    private readonly labels: LabelSettings | undefined,
  ) {}

  begin(): Judgement {
    const classes = this.labels && new Array<number>(this.labels.classes ** 2).fill(0);
    return { images: [], made: [], wanted: [], ...(classes && { classes }) };
  }

  /** Measures an image, adds it to what was measured of its subject, and returns its own measures. */
  async add(judgement: Judgement, { name, made, wanted }: JudgedImage): Promise<Measures> {
    const [metrics] = imageMetrics(made, wanted);
    const look = await this.looks.look(made, wanted);
    if (look.made !== undefined && look.wanted !== undefined) {
      judgement.made.push(look.made);
      judgement.wanted.push(look.wanted);
    }
    const measures = known({
      ...measuresOf(metrics),
      ...(look.lpips !== undefined && { LPIPS: look.lpips }),
      ...(this.labels && countClasses(judgement, made, wanted, this.labels)),
    });
    judgement.images.push({ name, measures });
    return measures;
  }
}

/** Adds the pixels to the subject's counts. @returns the measures of this image alone */
function countClasses(
  { classes }: Judgement,
  made: ImageBatch,
  wanted: ImageBatch,
  labels: LabelSettings,
): Measures {
  const matrix = new ConfusionMatrix(labels.classes, labels.ignored);
  matrix.add(classesOf(made, labels), classesOf(wanted, labels));
  for (const [i, count] of matrix.counts.entries()) classes![i] += count;
  const { accuracy, meanIoU } = matrix.metrics();
  return { accuracy, mIoU: meanIoU };
}
