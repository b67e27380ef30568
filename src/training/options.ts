import { datasetModes } from '../data/createDataset.js';
import { modelExtensions } from '../models/registry.js';
import { DATASET_DEFAULTS } from '../options/datasetDefaults.js';
import type { OptionExtensions } from '../options/extension.js';
import { registeredRecipes } from '../options/recipes/registry.js';
import { parseTestOptions as parseTest, type TestOptions } from '../options/testOptions.js';
import {
  type Pix2PixOptions,
  parseTrainOptions as parseTrain,
  type TrainOptions,
} from '../options/trainOptions.js';

/** What the registered models and data sets add to the options. */
export function registeredExtensions(): OptionExtensions {
  return {
    models: modelExtensions(),
    recipes: registeredRecipes(),
    datasets: Object.fromEntries(datasetModes().map((name) => [name, DATASET_DEFAULTS[name] ?? {}])),
  };
}

interface ParseSettings {
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
  return parseTrain<Extra>(argv, { ...settings, extensions: registeredExtensions() });
}

/**
 * The options of a test from its command line, `argv` being what follows `pix2pix test`. `completeOptions` adds what
 * the checkpoint knows.
 *
 * @throws Pix2PixError for unknown options and bad values
 */
export function parseTestOptions(argv: readonly string[], settings: ParseSettings = {}): TestOptions {
  return parseTest(argv, { ...settings, extensions: registeredExtensions() });
}
