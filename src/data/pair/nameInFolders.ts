import { parse, relative } from 'node:path';
import type { ImageFolder } from './imageFolder.js';

/** What a file of a data set is called there: its path in the set's folder, with '/', without its ending: `day/0001`. */
export function nameInFolders(path: string, folders: readonly Pick<ImageFolder, 'folder'>[]): string {
  const { dir, name } = parse(path);
  const inside = folders
    .map(({ folder }) => relative(folder, dir).replaceAll('\\', '/'))
    .find((place) => !/^(\.\.(\/|$)|\/|[a-z]:)/i.test(place));
  return inside === undefined || inside === '' ? name : `${inside}/${name}`;
}
