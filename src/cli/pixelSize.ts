import { InvalidArgumentError } from 'commander';
import type { Sides } from '../base/sides.js';
import { parsePixelSize, sidesOf } from '../options/pixelSize.js';

/** Reads `256` or `512x256`, width x height, from the command line, for commander. */
export function readSize(text: string): Sides {
  const size = parsePixelSize(text);
  const sides = size === undefined ? undefined : sidesOf(size);
  if (sides !== undefined && sides.width >= 1 && sides.height >= 1) return sides;
  throw new InvalidArgumentError('It is a side, or width x height, such as 512x256.');
}
