import { tableFor } from '../../options/parse.js';
import type { OptionTable } from '../../options/spec.js';
import { parsing } from '../../training/options.js';
import { type CompletedCommand, completedTable } from './completed.js';

/**
 * A command that reads its options by a table: with what every model adds, whichever is chosen in the end.
 * @param select those that its help lists
 */
export function completedOptions(
  name: string,
  summary: string,
  base: OptionTable,
  isTrain: boolean,
  select: (table: OptionTable) => OptionTable = (table) => table,
): CompletedCommand {
  const settings = { isTrain, ...parsing() };
  const { models, recipes = {} } = settings.extensions;
  const tables = Object.hasOwn(base, 'model')
    ? Object.keys(models).map((model) => tableFor(['--model', model], base, settings))
    : [base];
  const whole: OptionTable = Object.assign({}, ...tables.reverse());
  const options = completedTable(select(whole)).map((option) =>
    option.flag === '--recipe' ? { ...option, values: Object.keys(recipes) } : option,
  );
  return { path: [name], summary, options, words: [] };
}
