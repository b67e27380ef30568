import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError } from '../../base/files/systemError.js';
import { isImageName } from '../listing/imageNames.js';
import { imagesAmong, inWords } from '../listing/passedOver.js';
import { tellApart } from '../pair/composedNames.js';

export interface ImagePair {
  /** Subfolder, as `train`; empty for a flat folder. */
  readonly split: string;
  /** The file name without extension that both share. */
  readonly stem: string;
  readonly pathA: string;
  readonly pathB: string;
}

export type PairPlan = readonly ImagePair[];

/**
 * Pairs the images of two folders by file name, ignoring the extension, in the folders themselves and in their
 * subfolders one level down; hidden files are left out.
 *
 * @throws Pix2PixError naming subfolders and files without a partner, or two files of one name
 */
export async function planPairs(
  a: string,
  b: string,
  useAB: boolean,
  onNote: (text: string) => void,
): Promise<PairPlan> {
  const [splitsA, splitsB] = await Promise.all([readSplits(a), readSplits(b)]);
  requireSame('subfolder', a, b, splitsA, splitsB);
  const pairs: ImagePair[] = [];
  for (const split of splitsA) {
    const imagesA = await readImages(join(a, split), onNote, useAB ? '_A' : '');
    const imagesB = await readImages(join(b, split), onNote, useAB ? '_B' : '');
    requireSame('image', join(a, split), join(b, split), [...imagesA.keys()], [...imagesB.keys()]);
    for (const [stem, pathA] of imagesA) pairs.push({ split, stem, pathA, pathB: imagesB.get(stem)! });
  }
  if (pairs.length > 0) return pairs;
  throw new Pix2PixError(
    'there are no images to combine',
    { A: a, B: b },
    'put the images there, or into train, val and test below',
  );
}

/** Subfolders that hold images, and '' when the folder itself does. */
export async function readSplits(folder: string): Promise<string[]> {
  const entries = await list(folder);
  const splits = entries.some(isImage) ? [''] : [];
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    if ((await list(join(folder, entry.name))).some(isImage)) splits.push(entry.name);
  }
  return splits.sort();
}

/** Paths by name without extension, in Unicode's form NFC, of those names that end with `suffix`, which is taken off. */
export async function readImages(
  folder: string,
  onNote: (text: string) => void,
  suffix = '',
): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  const files = (await list(folder)).filter(isFile).map((entry) => entry.name);
  const { images: names, passedOver } = imagesAmong(files);
  const others = inWords(passedOver);
  if (others !== undefined) onNote(`${folder}: ${others}`);
  for (const name of names.sort()) {
    const whole = name.slice(0, -extname(name).length);
    if (!whole.endsWith(suffix) || whole === suffix) continue;
    const stem = whole.slice(0, whole.length - suffix.length).normalize('NFC');
    const earlier = images.get(stem);
    const second = join(folder, name);
    if (earlier !== undefined) {
      throw new Pix2PixError(
        'two images share one name',
        { first: tellApart(earlier, [second]), second: tellApart(second, [earlier]) },
        'keep one of them: names count without the extension, and accents however they are written',
      );
    }
    images.set(stem, second);
  }
  return images;
}

function requireSame(
  what: string,
  a: string,
  b: string,
  namesA: readonly string[],
  namesB: readonly string[],
): void {
  const [setA, setB] = [new Set(namesA), new Set(namesB)];
  const onlyA = namesA.filter((name) => !setB.has(name));
  const onlyB = namesB.filter((name) => !setA.has(name));
  if (onlyA.length + onlyB.length === 0) return;
  throw new Pix2PixError(
    `${onlyA.length + onlyB.length} ${what} names have no partner`,
    { A: a, 'only in A': listed(onlyA), B: b, 'only in B': listed(onlyB) },
    `give every ${what} a partner of the same name, or move it away`,
  );
}

/** Names in quotes with control characters escaped, for a name can hold anything. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names
    .slice(0, 10)
    .map((name) => (name === '' ? '(the folder itself)' : JSON.stringify(name)));
  return shown.join(', ') + (names.length > 10 ? `, and ${names.length - 10} more` : '');
}

/** Pipes and the like hold no images. */
function isFile(entry: Dirent): boolean {
  return (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.');
}

function isImage(entry: Dirent): boolean {
  return isFile(entry) && isImageName(entry.name);
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, 'a folder of images cannot be read', folder);
  }
}
