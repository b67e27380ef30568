import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { imageExtensions, listImages } from './imageFiles.js';

/** Where the two images of a pair are: halves of one file (A left, B right), or two files. */
export type ImagePair =
  | { readonly layout: 'sideBySide'; readonly path: string }
  | { readonly layout: 'separate'; readonly pathA: string; readonly pathB: string };

const NAMES_SHOWN = 10;

/**
 * The pairs of a phase, in the order of their names: the images of `<dataroot>/<phase>/`, or, where that folder does
 * not exist or holds no image, those of `<phase>A/` and `<phase>B/` in the dataroot matched by name without extension.
 *
 * @throws Pix2PixError when there is no such folder, no image in it, or an image without a partner (all are listed)
 */
export async function findPairs(dataroot: string, phase: string): Promise<ImagePair[]> {
  const folder = join(dataroot, phase);
  const [folderA, folderB] = [join(dataroot, `${phase}A`), join(dataroot, `${phase}B`)];
  const [hasA, hasB] = [await isFolder(folderA), await isFolder(folderB)];
  if (await isFolder(folder)) {
    const names = await readNames(folder);
    if (names.length > 0) return names.map((name) => ({ layout: 'sideBySide', path: join(folder, name) }));
    if (!hasA && !hasB) throw noImages(folder);
  }
  if (hasA && hasB) {
    const [namesA, namesB] = [await readNames(folderA), await readNames(folderB)];
    if (namesA.length === 0) throw noImages(folderA);
    if (namesB.length === 0) throw noImages(folderB);
    return matchFolders(folderA, namesA, folderB, namesB);
  }
  if (hasA || hasB) {
    throw new Pix2PixError(
      'one of the two image folders is missing',
      { found: hasA ? folderA : folderB, missing: hasA ? folderB : folderA },
      'put the partners of its images there, under the same names',
    );
  }
  throw new Pix2PixError(
    (await isFolder(dataroot))
      ? `the dataroot has no images for phase '${phase}'`
      : 'the dataroot is no folder',
    { dataroot, 'looked for': `${folder}, or ${folderA} and ${folderB}` },
    'point --dataroot at the folder that holds them, or name another folder of it by --phase',
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function readNames(folder: string): Promise<string[]> {
  return listImages(folder).catch((cause: Error) => {
    throw new Pix2PixError(
      'an image folder cannot be read',
      { folder, reason: cause.message },
      'check that you may read it and the folders below it',
      { cause },
    );
  });
}

function noImages(folder: string): Pix2PixError {
  return new Pix2PixError(
    'an image folder holds no images',
    { folder, 'looked for': imageExtensions.join(' ') },
    'put images there, or point --dataroot elsewhere',
  );
}

/** Equal names are partners; of the others those with equal stems (`1.jpg` and `1.png`). */
function matchFolders(folderA: string, namesA: string[], folderB: string, namesB: string[]): ImagePair[] {
  const exactB = new Set(namesB);
  const exactA = new Set(namesA);
  const byStem = new Map<string, string[]>();
  for (const name of namesB) {
    if (!exactA.has(name)) byStem.set(stemOf(name), [...(byStem.get(stemOf(name)) ?? []), name]);
  }

  const pairs: ImagePair[] = [];
  const aloneA: string[] = [];
  for (const name of namesA) {
    const candidates = exactB.has(name) ? [name] : (byStem.get(stemOf(name)) ?? []);
    if (candidates.length === 1) {
      pairs.push({ layout: 'separate', pathA: join(folderA, name), pathB: join(folderB, candidates[0]) });
      if (candidates[0] !== name) byStem.delete(stemOf(name)); // a partner is given once
    } else aloneA.push(name);
  }
  const aloneB = [...byStem.values()].flat();
  if (aloneA.length === 0 && aloneB.length === 0) return pairs;

  const facts: Record<string, string> = {};
  if (aloneA.length > 0) facts[`only in ${folderA}`] = enumerate(aloneA);
  if (aloneB.length > 0) facts[`only in ${folderB}`] = enumerate(aloneB);
  throw new Pix2PixError(
    'images without a partner of the same name',
    facts,
    'add the partners, or remove these files',
  );
}

function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function enumerate(names: string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}
