import { findModel } from '../../models/registry.js';
import { formatsOf, type SideFormat } from '../batch/sideFormat.js';
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
  | 'rotate'
  | 'colorJitter'
  | 'photoSide'
  | 'cutout'
> & {
  /** What the images of either side are. */
  readonly formats: { readonly A: SideFormat; readonly B: SideFormat };
  /** The number of which width and height must be multiples for the networks, where that is known. */
  readonly imageUnit?: number;
};

/** Of all options those. */
export function preparationOptions(opt: DataOptions): PreparationOptions {
  const { preprocess, loadSize, cropSize, noFlip, isTrain, direction } = opt;
  const { rotate, colorJitter, photoSide, cutout, model, netG = '' } = opt;
  const { input, output } = formatsOf(opt);
  const imageUnit = model === undefined ? undefined : findModel(model).imageUnit?.({ netG });
  return {
    ...{ preprocess, loadSize, cropSize, noFlip, isTrain, direction },
    formats: direction === 'AtoB' ? { A: input, B: output } : { A: output, B: input },
    ...{ rotate, colorJitter, photoSide, cutout, imageUnit },
  };
}

/**
 * Whether images get mirrored edges up to what the networks take, which are cut off what is made of them: by
 * `--preprocess pad`, and in tests by `scale_width`, which gives images of one width whatever heights they have.
 */
export function isPadded({
  preprocess,
  isTrain,
}: Pick<PreparationOptions, 'preprocess' | 'isTrain'>): boolean {
  return preprocess === 'pad' || (preprocess === 'scale_width' && !isTrain);
}
