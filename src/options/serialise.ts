import type { OptionExtensions } from './extension.js';
import { toFlagValues, toOptions } from './optionsObject.js';
import { checkValue } from './readValue.js';
import { type Choice, defaultsOf, resolveTable } from './resolveTable.js';
import { isSecret } from './secrets.js';
import type { OptionScalar, OptionTable } from './spec.js';
import { TEST_OPTIONS, type TestOptions } from './testOptions.js';
import { type Pix2PixOptions, TRAIN_OPTIONS, type TrainOptions } from './trainOptions.js';

/** Options that JSON can hold, keyed by flag. */
export type SerialisedOptions = Record<string, string | number | boolean>;

/**
 * Options for a checkpoint or a configuration file: what it returns, written as JSON, is a valid `--config`, and
 * parsing that gives the same options again, but for secret ones. No limit is `'inf'`; the suffix is part of the name
 * already.
 */
export function serialiseOptions(
  opt: TrainOptions | TestOptions,
  extensions: OptionExtensions,
): SerialisedOptions {
  const serialised: SerialisedOptions = {};
  const table = tableOf(opt, extensions);
  for (const [flag, value] of Object.entries(toFlagValues(opt, table))) {
    if (value === undefined || flag === 'config' || flag === 'suffix' || isSecret(flag, table)) continue;
    serialised[flag] = value === Number.POSITIVE_INFINITY ? 'inf' : value;
  }
  return serialised;
}

/** Options as a checkpoint keeps them, from a file that may be anybody's. */
export type StoredOptions = Readonly<Record<string, unknown>>;

/**
 * The way back from `serialiseOptions`: the options of the training that a checkpoint comes from.
 *
 * @throws Pix2PixError when a stored value is not valid; options that this version does not know are passed over
 */
export function restoreTrainOptions(
  stored: StoredOptions,
  extensions: OptionExtensions,
): TrainOptions & Pix2PixOptions {
  const chosen = { model: storedChoice(stored, 'model'), dataset_mode: storedChoice(stored, 'dataset_mode') };
  const table = resolveTable(TRAIN_OPTIONS, chosen, extensions, true);
  const values = checkStored(stored, table);
  // A record tells all options, and not which of them somebody chose.
  return toOptions({ ...defaultsOf(table), ...values }, [], true);
}

/**
 * Of the options of a training what may leave its folder: all but free text that is not declared public, which is paths,
 * addresses, and whatever options of others hold.
 */
export function publicOptions(stored: StoredOptions, extensions: OptionExtensions): Record<string, unknown> {
  const chosen = { model: storedChoice(stored, 'model'), dataset_mode: storedChoice(stored, 'dataset_mode') };
  const table = resolveTable(TRAIN_OPTIONS, chosen, extensions, true);
  const isPublic = ([flag, value]: [string, unknown]) => {
    if (!Object.hasOwn(table, flag)) return typeof value === 'number' || typeof value === 'boolean';
    const spec = table[flag];
    return spec.kind !== 'string' || spec.isPublic === true;
  };
  return Object.fromEntries(Object.entries(stored).filter(isPublic));
}

/** A checkpoint's --model or --dataset_mode, if it has one. */
export function storedChoice(stored: StoredOptions, flag: 'model' | 'dataset_mode'): Choice | undefined {
  if (!Object.hasOwn(stored, flag)) return undefined;
  return { value: stored[flag], source: `--${flag} in the checkpoint` };
}

/** The stored values of the table's options, each checked. */
export function checkStored(stored: StoredOptions, table: OptionTable): Record<string, OptionScalar> {
  const known = Object.entries(stored).filter(([flag]) => Object.hasOwn(table, flag));
  return Object.fromEntries(
    known.map(([flag, value]) => [flag, checkValue(table[flag], value, `--${flag} in the checkpoint`)]),
  );
}

/** The whole table behind options: what their model and data set made of it, with the defaults that count. */
export function tableOf(opt: TrainOptions | TestOptions, extensions: OptionExtensions): OptionTable {
  const chosen = {
    model: { value: opt.model, source: '--model' },
    dataset_mode: { value: opt.datasetMode, source: '--dataset_mode' },
  };
  return resolveTable(opt.isTrain ? TRAIN_OPTIONS : TEST_OPTIONS, chosen, extensions, opt.isTrain);
}
