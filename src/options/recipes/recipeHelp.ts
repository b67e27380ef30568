import { entry, WIDEST } from '../help.js';
import type { OptionScalar } from '../spec.js';
import type { Recipe } from './recipe.js';

/**
 * What `--help` says of a chosen recipe: its description and source, and what it sets.
 *
 * @param columns width of the terminal in characters
 */
export function formatRecipeHelp(name: string, recipe: Recipe, columns: number): string {
  const width = Math.max(50, Math.min(columns, WIDEST));
  const { about, source, fixed, defaults = {} } = recipe;
  const lines = [
    entry('is', about, width),
    entry('from', source, width),
    entry('has, whatever else is given', flagsOf(fixed), width),
    ...(Object.keys(defaults).length > 0 ? [entry('sets, unless given', flagsOf(defaults), width)] : []),
  ];
  return [`Recipe ${name}`, ...lines].join('\n');
}

/** As they are written on the command line. A flag that is off is left out by those that have it on. */
function flagsOf(settings: Readonly<Record<string, OptionScalar>>): string {
  const written = Object.entries(settings).map(([flag, value]) =>
    value === true ? `--${flag}` : value === false ? `no --${flag}` : `--${flag} ${value}`,
  );
  return written.join(', ');
}
