import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { DatasetName } from '../options/datasetDefaults.js';
import { parseInputFolders } from '../options/inputFolders.js';
import { sidesOf } from '../options/pixelSize.js';
import { checkFormats } from './augment/checkFormats.js';
import { preparationOptions } from './augment/preparationOptions.js';
import { bytes, formatsOf } from './batch/sideFormat.js';
import type { DataOptions } from './options.js';
import { findSide } from './pair/besideFolders.js';
import { openIdx } from './pair/idx/idxSource.js';
import { findImages, isFolder, noFolder, type SearchSurroundings } from './pair/imageFolder.js';
import { type FoldersOfSides, findPairs } from './pair/pairs.js';
import type { SampleSource } from './pair/sampleSource.js';
import type { SourcePlan } from './pair/sourcePlan.js';
import { findUnpaired } from './pair/unalignedSource.js';

/** Finds the images of a data set: as a plan where they lie in files of their own, else as a source. */
type Opener = (opt: DataOptions, surroundings: SearchSurroundings) => Promise<SourcePlan | SampleSource>;

/** The data sets of this package, by their names for `--dataset_mode`. */
export const BUILT_IN_DATASETS: Readonly<Record<string, Opener>> = {
  aligned: async (opt, surroundings) => {
    checkImages(opt);
    const pairs = await findPairs(opt.dataroot, opt.phase, surroundings, foldersOfSides(opt));
    return { kind: 'aligned', opt: preparationOptions(opt), pairs };
  },
  unaligned: async (opt, surroundings) => {
    checkImages(opt);
    const { serialBatches } = opt;
    const folders = await findUnpaired(opt.dataroot, opt.phase, surroundings, foldersOfSides(opt));
    return { kind: 'unaligned', opt: { ...preparationOptions(opt), serialBatches }, folders };
  },
  single: async (opt, surroundings) => {
    checkImages(opt);
    if (!(await isFolder(opt.dataroot))) {
      throw await noFolder({ ...opt, wanted: 'images' }, opt.dataroot);
    }
    const images = await findSide(opt.dataroot, parseInputFolders(opt.inputFolders ?? ''), surroundings);
    const { input } = formatsOf(opt);
    return { kind: 'single', opt: { ...preparationOptions(opt), formats: { A: input, B: input } }, images };
  },
  colorization: async (opt, surroundings) => {
    checkSizes(opt);
    checkColorization(opt);
    const folder = join(opt.dataroot, opt.phase);
    if (!(await isFolder(folder))) throw await noFolder({ ...opt, wanted: 'images' }, folder);
    const images = await findImages(folder, surroundings);
    const colours = bytes(3);
    return {
      kind: 'single',
      opt: { ...preparationOptions(opt), formats: { A: colours, B: colours } },
      images,
    };
  },
  mnist: async (opt) => openIdx(opt.dataroot, opt.phase),
} satisfies Record<DatasetName, Opener>;

/** Where the input side's images lie in folders of their own. */
function foldersOfSides({ inputFolders = '', direction }: DataOptions): FoldersOfSides {
  const names = parseInputFolders(inputFolders);
  return direction === 'AtoB' ? { A: names, B: [] } : { A: [], B: names };
}

function checkImages(opt: DataOptions): void {
  checkFormats(opt);
  checkSizes(opt);
}

function checkSizes({ preprocess, loadSize, cropSize, isTrain }: DataOptions): void {
  const [load, crop] = [sidesOf(loadSize), sidesOf(cropSize)];
  const isOwn = isTrain || loadSize !== cropSize; // tests scale to the size of the crop
  if (isOwn && preprocess.startsWith('scale_width') && load.width !== load.height) {
    throw new Pix2PixError(
      `--load_size ${loadSize} and --preprocess ${preprocess} contradict each other`,
      { [preprocess]: 'scales to a width, and the height follows' },
      `pass --load_size ${load.width}, or --preprocess resize_and_crop`,
    );
  }
  const isLarger = crop.width > load.width || (preprocess === 'resize_and_crop' && crop.height > load.height);
  const usesBoth = preprocess === 'resize_and_crop' || preprocess === 'scale_width_and_crop';
  if (!usesBoth || !isLarger) return;
  throw new Pix2PixError(
    'the crop is larger than the image',
    { load_size: loadSize, crop_size: cropSize },
    `pass --load_size ${preprocess === 'resize_and_crop' ? cropSize : crop.width} or more, or a smaller --crop_size`,
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
