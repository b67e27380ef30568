import type { OptionExtensions } from '../extension.js';
import { BUILT_IN_RECIPES } from '../recipes/builtIn.js';
import { extendForColorization } from './colorizationOptions.js';
import { extendForCycleGan } from './cycleGanOptions.js';
import { extendForGan } from './ganOptions.js';
import { extendForPix2Pix } from './pix2pixOptions.js';
import { extendForTestModel } from './testModelOptions.js';

/** Digits are small: nothing is cut off them, and mirrored they are no digits. */
const DIGITS = { preprocess: 'crop', load_size: 28, crop_size: 28, no_flip: true };

/** What this package's own models and data sets change about the options. */
export const BUILT_IN: OptionExtensions = {
  models: {
    pix2pix: extendForPix2Pix,
    cycle_gan: extendForCycleGan,
    gan: extendForGan,
    colorization: extendForColorization,
    test: extendForTestModel,
  },
  recipes: BUILT_IN_RECIPES,
  datasets: {
    aligned: {},
    unaligned: {},
    single: {},
    colorization: {},
    mnist: { defaults: DIGITS },
  },
};
