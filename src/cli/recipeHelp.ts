import { tableFor } from '../options/parse.js';
import { findRecipe } from '../options/recipes/recipe.js';
import { formatRecipeHelp } from '../options/recipes/recipeHelp.js';
import type { OptionTable } from '../options/spec.js';
import { parsing } from '../training/options.js';

/** The part of a command's help about the recipe that its command line names; nothing where it names none. */
export function recipeHelp(argv: readonly string[], base: OptionTable, columns: number): string[] {
  const settings = parsing();
  const { recipe } = tableFor(argv, base, { isTrain: true, ...settings });
  const name = recipe?.kind === 'string' ? (recipe.default ?? '') : '';
  return name === ''
    ? []
    : [formatRecipeHelp(name, findRecipe(name, settings.extensions.recipes ?? {}), columns)];
}
