import type { PreparationOptions } from '../augment/preparationOptions.js';
import type { ImageReader } from '../cache/imageReader.js';
import { AlignedSource } from './alignedSource.js';
import type { ImageFolder } from './imageFolder.js';
import { foldersOfPairs, type PairList } from './pairs.js';
import type { SampleSource } from './sampleSource.js';
import { SingleSource } from './singleSource.js';
import { type UnalignedOptions, UnalignedSource, type UnpairedFolders } from './unalignedSource.js';

/** The description of a data set of files: plain data, from which any thread can create the source. */
export type SourcePlan =
  | { readonly kind: 'aligned'; readonly opt: PreparationOptions; readonly pairs: PairList }
  | { readonly kind: 'unaligned'; readonly opt: UnalignedOptions; readonly folders: UnpairedFolders }
  | {
      readonly kind: 'single';
      readonly opt: PreparationOptions;
      readonly images: ImageFolder;
    };

export function openSource(plan: SourcePlan, reader: ImageReader): SampleSource {
  switch (plan.kind) {
    case 'aligned':
      return new AlignedSource(plan.opt, plan.pairs, reader);
    case 'unaligned':
      return new UnalignedSource(plan.opt, plan.folders, reader);
    case 'single':
      return new SingleSource(plan.opt, plan.images, reader);
  }
}

/** Where the images of a data set lie. */
export function foldersOf(plan: SourcePlan): ImageFolder[] {
  switch (plan.kind) {
    case 'aligned':
      return foldersOfPairs(plan.pairs);
    case 'unaligned':
      return [plan.folders.A, plan.folders.B];
    case 'single':
      return [plan.images];
  }
}
