import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { areEqual, pathAt } from '../listing/pathList.js';
import { findImages, type ImageFolder, isFolder, type SearchSurroundings } from './imageFolder.js';
import { matchNames } from './matchNames.js';

/**
 * The images of a side: those of a folder, or, where `--input_folders` names folders in it, those of the first one with
 * the images of the same names in the others beside them.
 *
 * @throws Pix2PixError where a folder is missing or holds no images, or an image has no counterpart
 */
export async function findSide(
  folder: string,
  parts: readonly string[],
  surroundings: SearchSurroundings = {},
): Promise<ImageFolder> {
  if (parts.length === 0) return findImages(folder, surroundings);
  for (const part of parts) await requireFolder(join(folder, part), folder, parts);
  const [first, ...others] = await Promise.all(
    parts.map((part) => findImages(join(folder, part), surroundings)),
  );
  return { ...first, beside: others.map((other) => matched(first, other)) };
}

async function requireFolder(wanted: string, folder: string, parts: readonly string[]): Promise<void> {
  if (await isFolder(wanted)) return;
  throw new Pix2PixError(
    'a folder of --input_folders is missing',
    { missing: wanted, input_folders: parts.join(',') },
    `put the images of ${parts.join(', ')} into folders of these names in ${folder}, each under the same file name`,
  );
}

/** The counterparts in `other` of the images of `first`; images that only `other` has are left. */
function matched(first: ImageFolder, other: ImageFolder): ImageFolder {
  if (areEqual(first.names, other.names)) return other;
  const { partners, aloneA } = matchNames(first.names, other.names);
  if (aloneA.length === 0) return { ...other, partners };
  throw new Pix2PixError(
    'images of one folder have no counterpart of the same name in another',
    { folder: other.folder, missing: aloneA.length, first: pathAt(first.names, aloneA[0]) },
    'add them, or remove their partners',
  );
}
