import { modelExtensions } from '../../models/registry.js';
import { DATASET_DEFAULTS } from '../../options/datasetDefaults.js';
import type { OptionExtensions } from '../../options/extension.js';
import { registeredRecipes } from '../../options/recipes/registry.js';

/** The changes that models, recipes and this package's own data sets make to the options; in a page these are all. */
export function builtInExtensions(): OptionExtensions {
  return { models: modelExtensions(), recipes: registeredRecipes(), datasets: DATASET_DEFAULTS };
}
