import { datasetModes } from '../data/datasetRegistry.js';
import { readConfigFile } from '../options/configFile.js';
import { DATASET_DEFAULTS } from '../options/datasetDefaults.js';
import type { OptionExtensions } from '../options/extension.js';
import type { GivenOptions } from '../options/optionsFromObject.js';
import type { OptionValues } from '../options/spec.js';
import {
  parseTestOptions as parseTest,
  type TEST_OPTIONS,
  type TestOptions,
} from '../options/testOptions.js';
import {
  type Pix2PixOptions,
  parseTrainOptions as parseTrain,
  type TRAIN_OPTIONS,
  type TrainOptions,
} from '../options/trainOptions.js';
import { builtInExtensions } from './model/builtInExtensions.js';

/** The changes that the registered models and data sets make to the options. */
export function registeredExtensions(): OptionExtensions {
  return {
    ...builtInExtensions(),
    datasets: Object.fromEntries(datasetModes().map((name) => [name, DATASET_DEFAULTS[name] ?? {}])),
  };
}

/**
 * The settings with which every command reads its options: the registered models and data sets, and files of options.
 */
export function parsing() {
  return { extensions: registeredExtensions(), readConfig: readConfigFile };
}

/** Settings of `parseTrainOptions` and `parseTestOptions`. */
export interface ParseSettings {
  /** Told of flags that have no effect here. Default: `console.warn`. */
  readonly onNotice?: (line: string) => void;
}

/**
 * The options of a training from its command line, `argv` being what follows `pix2pix train`; the flags of the chosen
 * model, also of one that `registerModel` has added, are among them.
 *
 * @typeParam Extra the model's own options
 * @throws Pix2PixError for unknown options and bad values
 */
export function parseTrainOptions<Extra = Pix2PixOptions>(
  argv: readonly string[],
  settings: ParseSettings = {},
): TrainOptions & Extra {
  return parseTrain<Extra>(argv, { ...settings, ...parsing() });
}

/**
 * The options of a test from its command line, `argv` being what follows `pix2pix test`. `completeOptions` adds what
 * the checkpoint knows.
 *
 * @throws Pix2PixError for unknown options and bad values
 */
export function parseTestOptions(argv: readonly string[], settings: ParseSettings = {}): TestOptions {
  return parseTest(argv, { ...settings, ...parsing() });
}

/**
 * The options of a training from an object instead of a command line, by their names in code; what is left out has its
 * default.
 *
 * ```ts
 * const opt = trainOptions({ dataroot: './datasets/maps', netG: 'unet_128', nEpochs: 20 });
 * ```
 *
 * @typeParam Extra the model's own options
 * @throws Pix2PixError for unknown names and bad values
 */
export function trainOptions<Extra = Pix2PixOptions>(
  given: GivenOptions<Omit<OptionValues<typeof TRAIN_OPTIONS>, 'config'>> & NoInfer<GivenOptions<Extra>>,
): TrainOptions & NoInfer<Extra> {
  return parseTrain<Extra>(given, { extensions: registeredExtensions() });
}

/**
 * The options of a test, likewise: `testOptions({ name: 'facades', epoch: 'best' })`.
 *
 * @throws Pix2PixError for unknown names and bad values
 */
export function testOptions(
  given: GivenOptions<Omit<OptionValues<typeof TEST_OPTIONS>, 'config'>>,
): TestOptions {
  return parseTest(given, { extensions: registeredExtensions() });
}
