import { findModel } from '../models/registry.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { Model } from './model/model.js';
import type { Instruments } from './model/modelSettings.js';
import { Pix2PixModel } from './model/pix2pixModel.js';

/**
 * The model that `--model` names, with memory for its networks; a `Pix2PixModel` for pix2pix. `setup` fills it.
 *
 * @throws Pix2PixError for an unknown model, or options that contradict each other
 */
export function createModel(opt: TrainOptions | TestOptions, instruments?: Instruments): Promise<Model> {
  const definition = findModel(opt.model);
  return (opt.model === 'pix2pix' ? Pix2PixModel : Model).create(definition, opt, instruments);
}
