import type { ComparedClasses } from '../data/metrics/comparedClasses.js';
import type { FeatureLooks } from '../data/metrics/features/featureLooks.js';
import { imageMetrics } from '../data/metrics/imageMetrics.js';
import { ConfusionMatrix } from '../data/metrics/labelMetrics.js';
import { known, type Measures, measuresOf } from '../data/metrics/metrics.js';
import type { LabelSettings } from './labels.js';
import type { JudgedImage, Subject } from './subject.js';

/** What one process has measured of its images of a subject. */
export interface Judgement {
  readonly images: { readonly name: string; readonly measures: Measures }[];
  /** Where labels are evaluated: what they are, and the counts of `ConfusionMatrix`. */
  readonly labels?: LabelSettings;
  readonly classes?: number[];
  /** The features of each image and of its target, where there is a network. */
  readonly made: Float32Array[];
  readonly wanted: Float32Array[];
}

/** Measures images one by one. */
export class Judge {
  constructor(private readonly looks: FeatureLooks) {}

  begin({ labels }: Pick<Subject, 'labels'>): Judgement {
    const classes = labels && new Array<number>(labels.classes ** 2).fill(0);
    return { images: [], made: [], wanted: [], ...(labels && { labels, classes }) };
  }

  /** Measures an image, adds it to what was measured of its subject, and returns its own measures. */
  async add(judgement: Judgement, image: JudgedImage): Promise<Measures> {
    const { name, made, wanted, pictures, classes } = image;
    const [metrics] = imageMetrics(made, wanted);
    const look = await this.looks.look(pictures.output, pictures.target);
    if (look.made !== undefined && look.wanted !== undefined) {
      judgement.made.push(look.made);
      judgement.wanted.push(look.wanted);
    }
    const measures = known({
      ...measuresOf(metrics),
      ...(look.lpips !== undefined && { LPIPS: look.lpips }),
      ...(classes && countClasses(judgement, classes)),
    });
    judgement.images.push({ name, measures });
    return measures;
  }
}

/** Adds the pixels to the subject's counts. @returns the measures of this image alone */
function countClasses({ labels, classes }: Judgement, { made, wanted }: ComparedClasses): Measures {
  const matrix = new ConfusionMatrix(labels!.classes, labels!.ignored);
  matrix.add(made, wanted);
  for (const [i, count] of matrix.counts.entries()) classes![i] += count;
  const { accuracy, meanIoU } = matrix.metrics();
  return { accuracy, mIoU: meanIoU };
}
