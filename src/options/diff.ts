import type { ErrorFacts } from '../base/errors/pix2pixError.js';
import { pythonText } from './pythonText.js';
import type { FlagValues, OptionScalar } from './spec.js';

/** An option on which two sides disagree; a side that lacks it is undefined. */
export interface OptionDifference {
  readonly flag: string;
  readonly left: OptionScalar;
  readonly right: OptionScalar;
}

/** The options on which two sets disagree, in the order of the first and then of the second. */
export function diffOptions(left: FlagValues, right: FlagValues): OptionDifference[] {
  const flags = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...flags]
    .map((flag) => ({ flag, left: own(left, flag), right: own(right, flag) }))
    .filter((difference) => difference.left !== difference.right);
}

function own(values: FlagValues, flag: string): OptionScalar {
  return Object.hasOwn(values, flag) ? values[flag] : undefined;
}

/**
 * Differences as lines of an error: `--ngf   command line 32, checkpoint 64`.
 *
 * @param sides what the two sets are: `['command line', 'checkpoint']`
 */
export function describeDiff(
  differences: readonly OptionDifference[],
  sides: readonly [string, string],
): ErrorFacts {
  return Object.fromEntries(
    differences.map(({ flag, left, right }) => [
      `--${flag}`,
      `${sides[0]} ${shown(left)}, ${sides[1]} ${shown(right)}`,
    ]),
  );
}

function shown(value: OptionScalar): string {
  return value === undefined ? '(nothing)' : pythonText(value);
}
