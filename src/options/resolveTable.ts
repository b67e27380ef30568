import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { unknownOption } from './arguments.js';
import type { ExtendOptions, OptionExtension, OptionExtensions } from './extension.js';
import { checkValue } from './readValue.js';
import { findRecipe, type Recipes, settingsOf } from './recipes/recipe.js';
import { defaultOf, type OptionScalar, type OptionSpec, type OptionTable } from './spec.js';

/** A value that was given for --model or --dataset_mode, and where: `{ value: 'pix2pix', source: '--model' }`. */
export interface Choice {
  readonly value: unknown;
  readonly source: string;
}

/**
 * The values of --model, --dataset_mode and --recipe that are known when a table is resolved; a missing one is the
 * default.
 */
export interface Choices {
  readonly model?: Choice;
  readonly dataset_mode?: Choice;
  readonly recipe?: Choice;
}

/**
 * The whole table for the chosen model and data set, as the reference gathers it: the model changes defaults and adds
 * flags, and then the data set does; a recipe chooses both where they are not given, and has the last word. A table without `model` or `dataset_mode` is left as it is.
 *
 * @throws Pix2PixError for a model, data set or recipe that does not exist, with the nearest that does
 */
export function resolveTable(
  base: OptionTable,
  chosen: Choices,
  extensions: OptionExtensions,
  isTrain: boolean,
): OptionTable {
  const open = withChoices(
    withChoices(base, 'model', extensions.models),
    'dataset_mode',
    extensions.datasets,
  );
  const recipe = recipeOf(base, chosen.recipe, extensions.recipes ?? {});
  const choiceOf = (flag: 'model' | 'dataset_mode') => chosen[flag] ?? recipe?.choice(flag);
  const withModel = extendByChoice(open, 'model', choiceOf('model'), extensions.models, isTrain);
  const whole = extendByChoice(
    withModel,
    'dataset_mode',
    choiceOf('dataset_mode'),
    extensions.datasets,
    isTrain,
  );
  return recipe === undefined ? whole : recipe.over(whole);
}

/** The effect of the chosen recipe: its model and data set, and its changes to a table. */
function recipeOf(base: OptionTable, chosen: Choice | undefined, recipes: Recipes) {
  if (!Object.hasOwn(base, 'recipe') || chosen === undefined || chosen.value === '') return undefined;
  const name = String(chosen.value);
  const settings = settingsOf(findRecipe(name, recipes, chosen.source));
  return {
    choice: (flag: string): Choice | undefined =>
      settings[flag] === undefined ? undefined : { value: settings[flag], source: `--recipe ${name}` },
    // An option that the given model lacks is passed over: which flag contradicts the recipe is said elsewhere.
    over: (table: OptionTable): OptionTable => {
      const known = Object.entries(settings).filter(([flag]) => Object.hasOwn(table, flag));
      const changed = known.map(([flag, value]) => {
        return [flag, withDefault(table[flag], value, `--${flag} of --recipe ${name}`)];
      });
      return {
        ...table,
        ...Object.fromEntries(changed),
        recipe: withDefault(table.recipe, name, '--recipe'),
      };
    },
  };
}

type Known = Readonly<Record<string, ExtendOptions>>;

function withChoices(table: OptionTable, flag: 'model' | 'dataset_mode', known: Known): OptionTable {
  const spec = table[flag];
  return spec?.kind === 'choice' ? { ...table, [flag]: { ...spec, choices: Object.keys(known) } } : table;
}

function extendByChoice(
  table: OptionTable,
  flag: 'model' | 'dataset_mode',
  chosen: Choice | undefined,
  known: Known,
  isTrain: boolean,
): OptionTable {
  const spec = table[flag];
  if (spec?.kind !== 'choice') return table;
  const { value, source } = chosen ?? { value: spec.default, source: `the default of --${flag}` };
  const name = checkValue(spec, value, source) as string;
  const extend = known[name];
  const extension = typeof extend === 'function' ? extend(isTrain) : extend;
  return extendTable(table, extension, `--${flag} ${name}`, isTrain);
}

function extendTable(
  table: OptionTable,
  extension: OptionExtension,
  owner: string,
  isTrain: boolean,
): OptionTable {
  const extended: Record<string, OptionSpec> = { ...table };
  for (const [flag, spec] of Object.entries(extension.options ?? {})) {
    extended[flag] = Object.hasOwn(extended, flag) ? redeclare(flag, extended[flag], spec, owner) : spec;
  }
  for (const [flag, value] of Object.entries(extension.defaults ?? {})) {
    if (!Object.hasOwn(extended, flag)) {
      if (!isTrain) continue; // an option of the training; a slip in its name shows there
      throw unknownOption(flag, extended, `the defaults of ${owner}`);
    }
    extended[flag] = withDefault(extended[flag], value, `the default of --${flag} by ${owner}`);
  }
  return extended;
}

/** The option as its new owner has it, in its old place in `--help`. */
function redeclare(flag: string, before: OptionSpec, now: OptionSpec, owner: string): OptionSpec {
  if (before.kind === now.kind) return { ...before, ...now, group: before.group } as OptionSpec;
  throw new Pix2PixError(
    `${owner} declares --${flag}, which exists already and is of another kind`,
    { before: before.kind, now: now.kind },
    'give it another name',
  );
}

function withDefault(spec: OptionSpec, value: unknown, source: string): OptionSpec {
  return { ...spec, default: checkValue(spec, value, source) } as OptionSpec;
}

/** Every option of the table at its default. */
export function defaultsOf(table: OptionTable): Record<string, OptionScalar> {
  return Object.fromEntries(Object.entries(table).map(([flag, spec]) => [flag, defaultOf(spec)]));
}
