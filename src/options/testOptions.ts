import { DATA_OPTIONS, LOAD_OPTIONS, MACHINE_OPTIONS, RUN_OPTIONS } from './baseOptions.js';
import type { OptionExtensions } from './extension.js';
import { phaseFault } from './folderName.js';
import { NETWORK_OPTIONS } from './networkOptions.js';
import type { OptionsObject } from './optionsFromObject.js';
import { type OptionMarks, toOptions } from './optionsObject.js';
import { type ParseSettings, parseOptions } from './parse.js';
import { PIXEL_OPTIONS } from './pixelOptions.js';
import type { OptionTable, OptionValues } from './spec.js';
import { nameWithSuffix } from './suffix.js';

const RESULT_OPTIONS = {
  results_dir: {
    kind: 'string',
    default: './results/',
    metavar: 'DIR',
    group: 'Results',
    stored: 'never',
    help: 'where pages of results are put, as <name>/<phase>_<epoch>/index.html',
  },
  num_test: {
    kind: 'int',
    default: Number.POSITIVE_INFINITY,
    min: 1,
    infinite: true,
    group: 'Results',
    stored: 'never',
    help: 'translate the first so many images only',
  },
  aspect_ratio: {
    kind: 'float',
    default: 1,
    min: 0.01,
    max: 100,
    group: 'Results',
    stored: 'never',
    help: 'height by width of the images in the results, for those that were squeezed into squares: 1.5 makes them taller, 0.5 wider',
  },
  result_format: {
    kind: 'choice',
    default: 'none',
    choices: ['none', 'png', 'tiff', 'npy'],
    group: 'Results',
    stored: 'never',
    help: 'also write what comes out as files beside the page, in the units of the images of the training, under the names of their targets',
  },
  draws: {
    kind: 'int',
    default: 1,
    min: 1,
    max: 1000,
    group: 'Results',
    stored: 'never',
    help: 'translate each image so often, with other dropout, and show the mean and where the translations differ',
  },
  ema: {
    kind: 'float',
    default: 0,
    min: 0,
    below: 1,
    group: 'Results',
    stored: 'always',
    help: 'take the moving average of the generator, if it was trained with one; 0 = its last weights',
  },
  eval: {
    kind: 'flag',
    group: 'Results',
    stored: 'never',
    help: 'running statistics and no dropout; otherwise both as in training, which the paper does',
  },
} as const satisfies OptionTable;

/**
 * The options of `pix2pix test`: the reference's `options/test_options.py` with its defaults, except that `num_test` is
 * all images instead of 50.
 */
export const TEST_OPTIONS = {
  ...RUN_OPTIONS,
  ...LOAD_OPTIONS,
  ...RESULT_OPTIONS,
  ...DATA_OPTIONS,
  phase: {
    kind: 'string',
    default: 'test',
    metavar: 'NAME',
    group: 'Data',
    stored: 'never',
    check: phaseFault,
    help: 'subfolder of --dataroot to translate',
  },
  load_size: {
    ...DATA_OPTIONS.load_size,
    default: DATA_OPTIONS.crop_size.default,
    help: 'pixels to which images are scaled, as --crop_size is given; --crop_size if not given, so that nothing is cut off',
  },
  ...PIXEL_OPTIONS,
  ...NETWORK_OPTIONS,
  ...MACHINE_OPTIONS,
} as const satisfies OptionTable;

/** The options of `pix2pix test`. */
export interface TestOptions extends OptionValues<typeof TEST_OPTIONS>, OptionMarks<false> {}

/**
 * The options of a test, from its command line. --dataroot may be missing: `mergeStoredOptions` takes it from the
 * checkpoint, with everything else that the training decided.
 *
 * As the reference's `test.py` does, it takes images one by one, in the order of their names and unmirrored, whatever
 * the command line says: batch statistics make every other image of a batch part of the result.
 *
 * @param argv what follows `pix2pix test`, or an object of options
 * @throws Pix2PixError for unknown options and bad values
 */
export function parseTestOptions(
  argv: readonly string[] | OptionsObject,
  settings: Omit<ParseSettings, 'isTrain'> & { readonly extensions: OptionExtensions },
): TestOptions {
  const { table, values, given } = parseOptions(argv, TEST_OPTIONS, { ...settings, isTrain: false });
  const fixed = { batch_size: 1, serial_batches: true, no_flip: true };
  const load_size = given.includes('load_size') ? values.load_size : values.crop_size;
  if (values.batch_size !== 1) {
    (settings.onNotice ?? console.warn)('--batch_size has no effect: a test takes images one by one');
  }
  return toOptions({ ...values, ...fixed, load_size, name: nameWithSuffix(values, table) }, given, false);
}
