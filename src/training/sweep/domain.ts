import type { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { RandomStream } from '../../base/random/stream.js';
import type { OptionScalar } from '../../options/spec.js';

/** Makes the refusal of a file: what is wrong, and the fix. */
export type Refuse = (problem: string, fix: string) => Pix2PixError;

/** What is tried of an option: values, or a range to draw from. */
export type Domain =
  | { readonly values: readonly OptionScalar[] }
  | { readonly min: number; readonly max: number; readonly distribution: Distribution };

/** As W&B names them: `log_uniform_values` draws the logarithm evenly, between the values that are given. */
type Distribution = (typeof DISTRIBUTIONS)[number];
const DISTRIBUTIONS = ['uniform', 'log_uniform_values', 'int_uniform'] as const;

/** Digits that are kept of a number that is drawn: it is part of a folder's name, and compared. */
const DIGITS = 4;

/**
 * `[0.1, 0.2]`, `{ "values": [...] }`, `{ "value": 0.1 }` or `{ "min": 1, "max": 100, "distribution": ... }`.
 * @throws what `refuse` makes, where it is none of these, or a grid could not try all of it
 */
export function parseDomain(value: unknown, flag: string, method: string, refuse: Refuse): Domain {
  const given = (Array.isArray(value) ? { values: value } : value) as Record<string, unknown> | null;
  const example = `such as "${flag}": [1, 2], or {"min": 1, "max": 100, "distribution": "log_uniform_values"}`;
  if (typeof given !== 'object' || given === null)
    throw refuse(`${flag} says neither values nor a range`, `${example}; one value alone belongs to options`);
  const { values = 'value' in given ? [given.value] : undefined } = given;
  if (Array.isArray(values)) {
    const isPlain = values.every((each) => ['string', 'number', 'boolean'].includes(typeof each));
    if (values.length === 0 || !isPlain) throw refuse(`${flag} has no values that an option takes`, example);
    return { values: [...new Set(values)] };
  }
  const { min, max } = given;
  const isRange = typeof min === 'number' && typeof max === 'number' && min < max;
  if (!isRange) throw refuse(`${flag} is no range from a smaller number to a larger one`, example);
  if (method === 'grid')
    throw refuse(`a grid cannot try all of the range of ${flag}`, 'list its values, or "method": "random"');
  const isWhole = Number.isInteger(min) && Number.isInteger(max);
  const { distribution = isWhole ? 'int_uniform' : 'uniform' } = given;
  if (!DISTRIBUTIONS.includes(distribution as Distribution))
    throw refuse(`${flag}: there is no distribution ${distribution}`, DISTRIBUTIONS.join(', '));
  if (distribution === 'log_uniform_values' && min <= 0)
    throw refuse(`${flag}: the logarithm of ${min} is none`, 'begin the range above 0');
  if (distribution === 'int_uniform' && !isWhole)
    throw refuse(`${flag}: the ends of int_uniform are no whole numbers`, 'or use uniform');
  return { min, max, distribution: distribution as Distribution };
}

/** Draws a value, by one draw from the stream. */
export function draw(domain: Domain, random: RandomStream): OptionScalar {
  if ('values' in domain) return domain.values[random.integer(domain.values.length)];
  const { min, max, distribution } = domain;
  if (distribution === 'int_uniform') return min + random.integer(max - min + 1);
  const at = random.uniform();
  const value =
    distribution === 'uniform'
      ? min + at * (max - min)
      : Math.exp(Math.log(min) + at * (Math.log(max) - Math.log(min)));
  return Math.min(max, Math.max(min, Number(value.toPrecision(DIGITS))));
}
