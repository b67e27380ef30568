import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { preparationOptions } from './augment/preparationOptions.js';
import type { DataOptions } from './options.js';
import { openIdx } from './pair/idx/idxSource.js';
import { findImages, isFolder, noFolder, type SearchSurroundings } from './pair/imageFolder.js';
import { findPairs } from './pair/pairs.js';
import type { SampleSource } from './pair/sampleSource.js';
import type { SourcePlan } from './pair/sourcePlan.js';
import { findUnpaired } from './pair/unalignedSource.js';

/** Finds the images of a data set: as a plan where they lie in files of their own, else as a source. */
type Opener = (opt: DataOptions, surroundings: SearchSurroundings) => Promise<SourcePlan | SampleSource>;

/** The data sets of this package, by their names for `--dataset_mode`. */
export const BUILT_IN_DATASETS: Readonly<Record<string, Opener>> = {
  aligned: async (opt, surroundings) => {
    checkImages(opt);
    const pairs = await findPairs(opt.dataroot, opt.phase, surroundings);
    return { kind: 'aligned', opt: preparationOptions(opt), pairs };
  },
  unaligned: async (opt, surroundings) => {
    checkImages(opt);
    const { serialBatches } = opt;
    const folders = await findUnpaired(opt.dataroot, opt.phase, surroundings);
    return { kind: 'unaligned', opt: { ...preparationOptions(opt), serialBatches }, folders };
  },
  single: async (opt, surroundings) => {
    checkChannels('input_nc', opt);
    checkSizes(opt);
    if (!(await isFolder(opt.dataroot))) {
      throw await noFolder({ ...opt, wanted: 'images' }, opt.dataroot);
    }
    const images = await findImages(opt.dataroot, surroundings);
    return { kind: 'single', opt: preparationOptions(opt), images, channels: opt.inputNc };
  },
  colorization: async (opt, surroundings) => {
    checkSizes(opt);
    checkColorization(opt);
    const folder = join(opt.dataroot, opt.phase);
    if (!(await isFolder(folder))) throw await noFolder({ ...opt, wanted: 'images' }, folder);
    const images = await findImages(folder, surroundings);
    return { kind: 'single', opt: preparationOptions(opt), images, channels: 3 };
  },
  mnist: async (opt) => openIdx(opt.dataroot, opt.phase),
};

function checkImages(opt: DataOptions): void {
  checkChannels('input_nc', opt);
  checkChannels('output_nc', opt);
  checkSizes(opt);
}

function checkSizes({ preprocess, loadSize, cropSize }: DataOptions): void {
  const usesBoth = preprocess === 'resize_and_crop' || preprocess === 'scale_width_and_crop';
  if (!usesBoth || loadSize >= cropSize) return;
  throw new Pix2PixError(
    'the crop is larger than the image',
    { load_size: loadSize, crop_size: cropSize },
    `pass --load_size ${cropSize} or more, or a smaller --crop_size`,
  );
}

function checkChannels(flag: 'input_nc' | 'output_nc', opt: DataOptions): void {
  const channels = flag === 'input_nc' ? opt.inputNc : opt.outputNc;
  if (channels === 1 || channels === 3) return;
  throw new Pix2PixError(
    'images have 1 or 3 channels',
    { [flag]: channels, dataset_mode: opt.datasetMode },
    `pass --${flag} 3 for RGB or 1 for greyscale, or register a data set with more channels`,
  );
}

function checkColorization({ inputNc, outputNc, direction }: DataOptions): void {
  if (inputNc === 1 && outputNc === 2 && direction === 'AtoB') return;
  throw new Pix2PixError(
    'colours are made from lightness: of 1 channel 2, from A to B',
    { input_nc: inputNc, output_nc: outputNc, direction },
    'leave out --input_nc, --output_nc and --direction',
  );
}
