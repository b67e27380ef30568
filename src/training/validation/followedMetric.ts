import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { METRICS, type MetricFacts } from '../../data/metrics/metrics.js';
import { sidesOf } from '../../options/pixelSize.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/**
 * Refuses a training that would never know which validation is its best one.
 *
 * @param validationImages 0: nothing is validated
 * @throws Pix2PixError where what `--save_best` and `--early_stop` follow would not be measured
 */
export function requireFollowedMetric(opt: TrainOptions, validationImages: number): void {
  const { features, saveBest, earlyStop, preprocess, cropSize } = opt;
  const { needs, leastSide = 0 }: MetricFacts = METRICS[saveBest];
  if (needs === 'features' && features === '')
    throw new Pix2PixError(
      `${saveBest} needs a feature network`,
      { '--save_best': saveBest },
      'pass --features FILE.onnx: docs/evaluation.md says how one is made',
    );
  if (preprocess.includes('crop') && Math.min(...Object.values(sidesOf(cropSize))) < leastSide)
    throw new Pix2PixError(
      `${saveBest} is not defined for images so small`,
      { '--save_best': saveBest, 'least side': leastSide, '--crop_size': cropSize },
      'follow another metric, such as --save_best SSIM',
    );
  if (earlyStop > 0 && validationImages === 0)
    throw new Pix2PixError(
      'a training that validates nothing cannot be stopped early',
      { '--early_stop': earlyStop, dataroot: opt.dataroot },
      'put images into its subfolder val, or leave --early_stop out',
    );
}
