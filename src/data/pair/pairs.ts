import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { areEqual, type PathList, pathAt } from '../listing/pathList.js';
import type { ImageFiles } from '../raster/readSide.js';
import { findSide } from './besideFolders.js';
import { tellApart } from './composedNames.js';
import {
  filesAt,
  type ImageFolder,
  imagesOf,
  isFolder,
  noFolder,
  readListing,
  type SearchSurroundings,
} from './imageFolder.js';
import { matchNames } from './matchNames.js';

/** Where the two images of a pair are: halves of one file (A left, B right), or files of each. */
export type ImagePair =
  | { readonly layout: 'sideBySide'; readonly path: string }
  | { readonly layout: 'separate'; readonly A: ImageFiles; readonly B: ImageFiles };

/**
 * All pairs of a phase, as plain data that another thread gets without a copy. Pair `i` is image `i` of `images`, or of
 * `A` and its partner: image `partners[i]` of `B`, or image `i` where all names are equal.
 */
export type PairList = { readonly length: number } & (
  | { readonly layout: 'sideBySide'; readonly images: ImageFolder }
  | {
      readonly layout: 'separate';
      readonly A: ImageFolder;
      readonly B: ImageFolder;
      readonly partners?: Uint32Array<SharedArrayBuffer>;
    }
);

/** The folders in each side's own that have its images (`--input_folders`); none: they lie in that one. */
export interface FoldersOfSides {
  readonly A: readonly string[];
  readonly B: readonly string[];
}

const PLAIN: FoldersOfSides = { A: [], B: [] };
const NAMES_SHOWN = 10;

/** The one folder, or the two, that pairs lie in. */
export function foldersOfPairs(pairs: PairList): ImageFolder[] {
  return pairs.layout === 'sideBySide' ? [pairs.images] : [pairs.A, pairs.B];
}

/** The pair at `index`, 0 ... length - 1. */
export function pairAt(pairs: PairList, index: number): ImagePair {
  if (pairs.layout === 'sideBySide') return { layout: 'sideBySide', path: filesAt(pairs.images, index).path };
  const { A, B, partners } = pairs;
  return { layout: 'separate', A: filesAt(A, index), B: filesAt(B, partners?.[index] ?? index) };
}

/**
 * The pairs of a phase, in the order of their names: the images of `<dataroot>/<phase>/`, or, where that folder does
 * not exist or holds no image, those of `<phase>A/` and `<phase>B/` in the dataroot matched by name without extension.
 *
 * @throws Pix2PixError when there is no such folder, no image in it, or an image without a partner (all are listed)
 */
export async function findPairs(
  dataroot: string,
  phase: string,
  surroundings: SearchSurroundings = {},
  parts: FoldersOfSides = PLAIN,
): Promise<PairList> {
  const folder = join(dataroot, phase);
  const [folderA, folderB] = [join(dataroot, `${phase}A`), join(dataroot, `${phase}B`)];
  const [hasA, hasB] = [await isFolder(folderA), await isFolder(folderB)];
  const isParted = parts.A.length + parts.B.length > 0;
  if (!isParted && (await isFolder(folder))) {
    const listing = await readListing(folder, surroundings);
    if (listing.images.length > 0 || (!hasA && !hasB)) {
      const images = imagesOf(folder, listing, surroundings);
      await refuseSidesInside(folder);
      return { length: images.names.length, layout: 'sideBySide', images };
    }
  }
  if (hasA && hasB) {
    const A = await findSide(folderA, parts.A, surroundings);
    return matchFolders(A, await findSide(folderB, parts.B, surroundings));
  }
  if (hasA || hasB) {
    throw new Pix2PixError(
      'one of the two image folders is missing',
      { found: hasA ? folderA : folderB, missing: hasA ? folderB : folderA },
      'put the partners of its images there, under the same names',
    );
  }
  throw await noFolder({ dataroot, phase, wanted: 'pairs' }, `${folder}, or ${folderA} and ${folderB}`);
}

/** Whole images in `train/A` and `train/B` would be cut in half, each into a pair of its own. */
async function refuseSidesInside(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith('.'));
  if (entries.some((entry) => entry.isFile()) || names.sort().join().toLowerCase() !== 'a,b') return;
  const [a, b] = names.map((name) => join(folder, name));
  throw new Pix2PixError(
    'A|B pairs were looked for, and this folder has a folder of A and one of B',
    { found: `${a} and ${b}` },
    `rename them to ${folder}A and ${folder}B`,
  );
}

/** @throws Pix2PixError when an image has no partner */
function matchFolders(A: ImageFolder, B: ImageFolder): PairList {
  const [{ folder: folderA, names: namesA }, { folder: folderB, names: namesB }] = [A, B];
  const { length } = namesA;
  const folders = { length, layout: 'separate', A, B } as const;
  if (areEqual(namesA, namesB)) return { ...folders, B: { ...B, names: namesA } };
  const { partners, aloneA, aloneB } = matchNames(namesA, namesB);
  if (aloneA.length === 0 && aloneB.length === 0) return { ...folders, partners };

  const facts: Record<string, string> = {};
  const all = () => concatenated(namesA, namesB);
  if (aloneA.length > 0) facts[`only in ${folderA}`] = enumerate(namesA, aloneA, all);
  if (aloneB.length > 0) facts[`only in ${folderB}`] = enumerate(namesB, aloneB, all);
  const fix =
    aloneA.length === namesA.length
      ? 'give partners the same name; images that are no pairs are for --model cycle_gan'
      : 'add the partners, or remove these files';
  throw new Pix2PixError('images without a partner of the same name', facts, fix);
}

/** @param all names of both sides: those that look equal to another are spelt out */
function enumerate(names: PathList, places: readonly number[], all: () => Iterable<string>): string {
  const shown = places.slice(0, NAMES_SHOWN).map((place) => tellApart(pathAt(names, place), all()));
  const more = places.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function* concatenated(...lists: readonly PathList[]): Generator<string> {
  for (const list of lists) for (let i = 0; i < list.length; i++) yield pathAt(list, i);
}
