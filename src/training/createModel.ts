import { findModel } from '../models/registry.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { Model } from './model.js';
import { Pix2PixModel } from './pix2pixModel.js';

/** The model that `--model` names, with memory for its networks. Throws Pix2PixError for an unknown one. */
export function createModel(opt: TrainOptions | TestOptions): Promise<Model> {
  const definition = findModel(opt.model);
  return (opt.model === 'pix2pix' ? Pix2PixModel : Model).create(definition, opt);
}
