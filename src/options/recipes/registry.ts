import { BUILT_IN_RECIPES } from './builtIn.js';
import type { Recipe, Recipes } from './recipe.js';

const recipes = new Map(Object.entries(BUILT_IN_RECIPES));

/** Adds a recipe under a name for `--recipe`. A name that is taken is replaced. */
export function registerRecipe(name: string, recipe: Recipe): void {
  recipes.set(name, recipe);
}

/** All recipes, by name. */
export function registeredRecipes(): Recipes {
  return Object.fromEntries(recipes);
}
