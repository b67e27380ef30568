import type { OptionExtension } from '../extension.js';
import { extendForPix2Pix } from './pix2pixOptions.js';

/**
 * pix2pix from the lightness of an image to its colours: the reference's `models/colorization_model.py` and
 * `data/colorization_dataset.py`.
 */
export function extendForColorization(isTrain: boolean): OptionExtension {
  const { options, defaults } = extendForPix2Pix(isTrain);
  // Lightness and colours have ranges of their own, and are no labels.
  const { pixel_range: _, label_loss: __, lambda_CE: ___, ...rest } = options ?? {};
  return {
    options: rest,
    defaults: { ...defaults, dataset_mode: 'colorization', input_nc: 1, output_nc: 2 },
    datasetModes: ['colorization'],
  };
}
