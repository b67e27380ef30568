import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { type Argument, readArguments, unknownOption } from './arguments.js';
import type { OptionExtensions } from './extension.js';
import { applyGpuChoice } from './gpuIds.js';
import { applyLabelChannels } from './labelChannels.js';
import { type OptionsObject, optionsFromObject } from './optionsFromObject.js';
import { checkValue, readText } from './readValue.js';
import { findRecipe, refuseContradicted } from './recipes/recipe.js';
import { IGNORED_OPTIONS } from './referenceNames.js';
import { type Choice, defaultsOf, resolveTable } from './resolveTable.js';
import type { FlagValues, OptionScalar, OptionTable } from './spec.js';
import { inOurTerms } from './torchrunNorms.js';

export interface ParseSettings {
  /** Whether models and data sets should extend the options for training; true if not said. */
  readonly isTrain?: boolean;
  /** The models, data sets and recipes that may be chosen. Default: none. */
  readonly extensions?: OptionExtensions;
  /** Reads the file that --config names; a page has no files, and refuses the option. Throws Pix2PixError. */
  readonly readConfig?: (path: string) => Config;
  /** Receives a line for every option that is accepted but has no effect; by default it goes to the console. */
  readonly onNotice?: (line: string) => void;
}

/** A command line that has been understood. */
export interface ParsedFlags {
  /** Every option with its specification, its default as the chosen model and data set have it. */
  readonly table: OptionTable;
  /** Every option with its value, keyed by flag. */
  readonly values: FlagValues;
  /** The flags that the command line or the configuration file gave. */
  readonly given: readonly string[];
}

const NOTHING: OptionExtensions = { models: {}, datasets: {} };

type Config = ReadonlyMap<string, unknown>;

function noFiles(path: string): never {
  throw new Pix2PixError(
    'no file of options can be read here',
    { config: path },
    'give the options themselves',
  );
}

/**
 * Reads options by a table: from a command line, or from an object (`optionsFromObject`).
 *
 * A command line is read by a table of options in two looks, as the reference does: the first finds --config, --recipe,
 * --model and --dataset_mode, which decide what the whole table is; the second reads everything by it.
 *
 * @param argv what follows the command's name, or the object
 * @throws Pix2PixError for unknown names, bad values and unreadable configuration, each with the nearest valid one
 */
export function parseOptions(
  argv: readonly string[] | OptionsObject,
  base: OptionTable,
  settings: ParseSettings = {},
): ParsedFlags {
  const read = isArgv(argv) ? readArgv(argv, base, settings) : readObject(argv, base, settings);
  const parsed = withImplied(read, settings.isTrain ?? true);
  const recipe = parsed.table.recipe === undefined ? '' : String(parsed.values.recipe ?? '');
  if (recipe !== '') {
    const { recipes = {} } = settings.extensions ?? NOTHING;
    refuseContradicted(recipe, findRecipe(recipe, recipes), parsed.values, parsed.given);
  }
  return parsed;
}

/** What some options say of others. */
function withImplied({ table, values, given }: ParsedFlags, isTrain: boolean): ParsedFlags {
  const [chosen, flags] = [{ ...values }, new Set(given)];
  if (Object.hasOwn(table, 'device')) applyGpuChoice(chosen, flags, isTrain);
  if (Object.hasOwn(table, 'label_nc')) applyLabelChannels(chosen, flags);
  return { table, values: chosen, given: [...flags] };
}

const isArgv = (given: readonly string[] | OptionsObject): given is readonly string[] => Array.isArray(given);

function readObject(given: OptionsObject, base: OptionTable, settings: ParseSettings): ParsedFlags {
  const { extensions = NOTHING, isTrain = true } = settings;
  return optionsFromObject(given, base, extensions, isTrain);
}

function readArgv(argv: readonly string[], base: OptionTable, settings: ParseSettings): ParsedFlags {
  const { table, config, path } = firstLook(argv, base, settings);
  const accepted: OptionTable = { ...IGNORED_OPTIONS, ...table };
  const values = defaultsOf(table);
  const given = new Set<string>();
  const ignored = new Map<string, string>();
  const take = (flag: string, written: string, value: () => OptionScalar) => {
    if (!Object.hasOwn(table, flag)) return void ignored.set(flag, written);
    values[flag] = value();
    given.add(flag);
  };
  for (const [key, value] of config) {
    if (!Object.hasOwn(accepted, key) || key === 'config') throw unknownOption(key, table, path);
    take(key, key, () => checkValue(accepted[key], value, `${path}: ${key}`, JSON.stringify(value)));
  }
  for (const argument of readArguments(argv, accepted).flatMap((each) => inOurTerms(each, table))) {
    take(argument.flag, argument.written, () => argumentValue(argument, accepted));
  }
  announce(ignored, settings.onNotice ?? console.warn);
  return { table, values, given: [...given] };
}

/** The whole table for a command line, found by a pass that ignores all errors but an unknown model: for `--help`. */
export function tableFor(
  argv: readonly string[],
  base: OptionTable,
  settings: ParseSettings = {},
): OptionTable {
  return firstLook(argv, base, settings).table;
}

function firstLook(argv: readonly string[], base: OptionTable, settings: ParseSettings) {
  const found = new Map<string, Argument>();
  for (const argument of readArguments(argv, { ...IGNORED_OPTIONS, ...base }, true)) {
    found.set(argument.flag, argument);
  }
  const path = found.get('config')?.text;
  const config: Config = path === undefined ? new Map() : (settings.readConfig ?? noFiles)(path);
  const choice = (flag: string): Choice | undefined => {
    const argument = found.get(flag);
    if (argument !== undefined) return { value: argument.text, source: `--${flag}` };
    return config.has(flag) ? { value: config.get(flag), source: `${path}: ${flag}` } : undefined;
  };
  const chosen = { model: choice('model'), dataset_mode: choice('dataset_mode'), recipe: choice('recipe') };
  const table = resolveTable(base, chosen, settings.extensions ?? NOTHING, settings.isTrain ?? true);
  return { table, config, path };
}

function argumentValue(argument: Argument, table: OptionTable): OptionScalar {
  if (argument.text === undefined) return true;
  return readText(table[argument.flag], argument.text, `--${argument.flag}`);
}

function announce(ignored: ReadonlyMap<string, string>, notice: (line: string) => void): void {
  const all: OptionTable = IGNORED_OPTIONS;
  for (const [flag, written] of ignored) notice(`${written} has no effect: ${all[flag].help}`);
}

/**
 * Checks that every required option has a value.
 *
 * @throws Pix2PixError that names the first one that is missing
 */
export function requireOptions(table: OptionTable, values: FlagValues): void {
  for (const [flag, spec] of Object.entries(table)) {
    if (spec.kind !== 'string' || !spec.required || values[flag]) continue;
    throw new Pix2PixError(
      `--${flag} is missing`,
      { option: spec.help },
      `add --${flag} ${spec.metavar ?? 'VALUE'}`,
    );
  }
}
