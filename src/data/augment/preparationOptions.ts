import { findModel } from '../../models/registry.js';
import type { DataOptions } from '../options.js';

/** The options that decide what an image becomes. Plain data, so that they can be sent to a worker. */
export type PreparationOptions = Pick<
  DataOptions,
  | 'preprocess'
  | 'loadSize'
  | 'cropSize'
  | 'noFlip'
  | 'isTrain'
  | 'direction'
  | 'inputNc'
  | 'outputNc'
  | 'rotate'
  | 'colorJitter'
  | 'photoSide'
  | 'cutout'
> & {
  /** The number of which width and height must be multiples for the networks, where that is known. */
  readonly imageUnit?: number;
};

/** Of all options those. */
export function preparationOptions(opt: DataOptions): PreparationOptions {
  const { preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc } = opt;
  const { rotate, colorJitter, photoSide, cutout, model, netG = '' } = opt;
  const imageUnit = model === undefined ? undefined : findModel(model).imageUnit?.({ netG });
  return {
    ...{ preprocess, loadSize, cropSize, noFlip, isTrain, direction, inputNc, outputNc },
    ...{ rotate, colorJitter, photoSide, cutout, imageUnit },
  };
}
