import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { nearestName } from '../nearest.js';
import type { FlagValues, OptionScalar } from '../spec.js';

/**
 * A way to train that somebody has published: options under one name, for `--recipe`.
 *
 * ```
 * registerRecipe('small', {
 *   about: 'pix2pix on small pictures',
 *   source: 'our own experience',
 *   fixed: { model: 'pix2pix', netG: 'unet_64' },
 *   defaults: { load_size: 72, crop_size: 64, ngf: 32 },
 * });
 * ```
 */
export interface Recipe {
  /** A description in a few words, for `--help`. */
  readonly about: string;
  /** Where its numbers come from. */
  readonly source: string;
  /** The flags that define the recipe: another value on the command line is refused. */
  readonly fixed: Readonly<Record<string, OptionScalar>>;
  /** Other flags that it sets, as defaults that the command line may change. */
  readonly defaults?: Readonly<Record<string, OptionScalar>>;
}

export type Recipes = Readonly<Record<string, Recipe>>;

/** Everything that a recipe sets, by flag. */
export function settingsOf({ fixed, defaults = {} }: Recipe): Readonly<Record<string, OptionScalar>> {
  return { ...defaults, ...fixed };
}

/** The recipe of this name. Throws Pix2PixError, with the nearest that there is, for an unknown one. */
export function findRecipe(name: string, recipes: Recipes, source = '--recipe'): Recipe {
  if (Object.hasOwn(recipes, name)) return recipes[name];
  const names = Object.keys(recipes);
  const near = nearestName(name, names);
  throw new Pix2PixError(
    `${source} cannot be ${JSON.stringify(name.slice(0, 80))}`,
    { takes: names.join(', ') },
    near === undefined ? 'choose one of these, or leave it out' : `did you mean ${near}?`,
  );
}

/**
 * Throws Pix2PixError when a flag that was given contradicts what makes the recipe, with both of them named.
 * @param values of all flags
 */
export function refuseContradicted(
  name: string,
  { fixed }: Recipe,
  values: FlagValues,
  given: readonly string[],
): void {
  for (const flag of given) {
    if (!Object.hasOwn(fixed, flag) || fixed[flag] === values[flag]) continue;
    throw new Pix2PixError(
      `--recipe ${name} and ${written(flag, values[flag])} contradict each other`,
      { [`--recipe ${name}`]: `has ${written(flag, fixed[flag])}` },
      'leave one of them out',
    );
  }
}

function written(flag: string, value: OptionScalar): string {
  if (value === true) return `--${flag}`;
  return value === false ? `--${flag}=false` : `--${flag} ${value}`;
}
