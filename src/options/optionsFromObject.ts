import type { Pix2PixError } from '../base/errors/pix2pixError.js';
import { unknownOption } from './arguments.js';
import type { OptionExtensions } from './extension.js';
import { checkValue } from './readValue.js';
import { type Choice, defaultsOf, resolveTable } from './resolveTable.js';
import { camelCase, type FlagValues, type OptionTable } from './spec.js';

/** Options by their names in code; what is undefined is not given. */
export type OptionsObject = Readonly<Record<string, unknown>>;

/** Some of a table's options, as programs write them: `{ dataroot: './maps', netG: 'unet_128', nEpochs: 20 }`. */
export type GivenOptions<Values> = { readonly [Key in keyof Values]?: Values[Key] | undefined };

/**
 * Reads options from an object whose keys are their names in code.
 *
 * @returns the whole table as the chosen model and data set have it, all values, and the flags that were given
 * @throws Pix2PixError for unknown names and bad values, with the nearest valid one
 */
export function optionsFromObject(
  given: OptionsObject,
  base: OptionTable,
  extensions: OptionExtensions,
  isTrain: boolean,
): { table: OptionTable; values: FlagValues; given: readonly string[] } {
  const choice = (key: string): Choice | undefined =>
    given[key] === undefined ? undefined : { value: given[key], source: `the option ${key}` };
  const chosen = { model: choice('model'), dataset_mode: choice('datasetMode'), recipe: choice('recipe') };
  const table = resolveTable(base, chosen, extensions, isTrain);
  const flagOf = new Map(Object.keys(table).map((flag) => [camelCase(flag), flag]));
  flagOf.delete('config');
  const values = defaultsOf(table);
  const flags: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const flag = flagOf.get(key);
    if (flag === undefined) throw unknownKey(key, flagOf, table);
    values[flag] = checkValue(table[flag], value, `the option ${key}`);
    flags.push(flag);
  }
  return { table, values, given: flags };
}

/** The refusal of a key, with the nearest name as an object has it. */
function unknownKey(key: string, flagOf: ReadonlyMap<string, string>, table: OptionTable): Pix2PixError {
  return unknownOption(key, Object.fromEntries([...flagOf].map(([name, flag]) => [name, table[flag]])));
}
