import { parse } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { tellApart } from '../pair/composedNames.js';

/**
 * Throws Pix2PixError where two images of a folder differ in their endings alone, `1.jpg` and `1.png`: what is made of one would
 * be written over what is made of the other.
 */
export function requireOwnNames(paths: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const path of paths) {
    const { dir, name } = parse(path);
    const stem = `${dir}/${name}`;
    const earlier = taken.get(stem);
    if (earlier !== undefined)
      throw new Pix2PixError(
        'two images share one name',
        { first: tellApart(earlier, [path]), second: tellApart(path, [earlier]) },
        'keep one of them, or rename it: names count without the extension',
      );
    taken.set(stem, path);
  }
}
