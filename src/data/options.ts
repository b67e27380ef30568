import type { AUGMENTATION_OPTIONS } from '../options/augmentationOptions.js';
import type { DATA_OPTIONS, RUN_OPTIONS } from '../options/baseOptions.js';
import type { PIXEL_OPTIONS } from '../options/pixelOptions.js';
import type { OptionValues } from '../options/spec.js';

/** The options of `createDataset`: the data flags, and those of the model and the run that it depends on. */
export type DataOptions = Omit<OptionValues<typeof DATA_OPTIONS>, 'datasetMode'> & {
  /** `aligned`, or the name of one registered by `registerDataset`. */
  datasetMode: string;
  dataroot: OptionValues<typeof RUN_OPTIONS>['dataroot'];
  /** Subfolder of the data root: train, val, test, ... */
  phase: string;
  /** Channels that the generator takes and makes: 3 for RGB, 1 for luma. */
  inputNc: number;
  outputNc: number;
  /** Shuffle and augmentation are functions of it. Any safe integer. */
  seed: number;
  /** false turns shuffle and flip off, as the reference's test.py does. */
  isTrain: boolean;
  /** The epoch that the first iteration is. Default: 1. */
  epochCount?: number;
  /** Known, images of sizes that its networks do not take are left out. */
  model?: string;
  netG?: string;
} & Partial<OptionValues<typeof AUGMENTATION_OPTIONS>> &
  Partial<OptionValues<typeof PIXEL_OPTIONS>>;
