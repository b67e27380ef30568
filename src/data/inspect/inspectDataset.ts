import { join, posix } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { OnProgress } from '../../base/progress.js';
import { BadImageError } from '../decode/badImage.js';
import { listImages } from '../listing/listImages.js';
import { inWords } from '../listing/passedOver.js';
import { type PathList, pathAt } from '../listing/pathList.js';
import { findDuplicates } from './duplicates.js';
import { FolderCounts } from './folderCounts.js';
import { type ImageFacts, imageFactsOf, type KeptFacts } from './imageFacts.js';
import type { Inspection } from './inspection.js';
import { layoutOf } from './layout.js';
import { matchSides } from './sides.js';
import { examplesOf } from './tally.js';

/** Settings of `inspectDataset`. */
export interface InspectSettings {
  readonly root: string;
  /** Images of each folder for a contact sheet. */
  readonly samples: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Images that are read and decoded at a time. */
const AT_ONCE = 4;

/**
 * Decodes every image below a folder and tells what is there: sizes, channels, depths and ranges by folder, what cannot be decoded, or is no number,
 * files that are equal, pairs that lack a side or whose sides differ in size. A few images are in memory at a time, and of all
 * others 16 bytes and their names.
 *
 * @throws Pix2PixError where there are no images
 */
export async function inspectDataset({
  root,
  samples,
  onProgress,
  signal,
}: InspectSettings): Promise<Inspection> {
  const { images, passedOver } = await listImages(root);
  if (images.length === 0) {
    const others = inWords(passedOver);
    throw new Pix2PixError(
      'this folder holds no images',
      { folder: root, ...(others && { others }) },
      'name a data root',
    );
  }
  const kept: KeptFacts = {
    hashes: new BigUint64Array(images.length),
    widths: new Uint32Array(images.length),
    heights: new Uint32Array(images.length),
  };
  const folders = groupByFolder(images);
  const counts = new Map([...folders].map(([folder, list]) => [folder, new FolderCounts(list.length)]));
  const broken: string[] = [];
  const notFinite: string[] = [];
  let [next, done] = [0, 0];
  const work = async () => {
    for (let i = next++; i < images.length; i = next++) {
      signal?.throwIfAborted();
      const path = pathAt(images, i);
      try {
        const facts = await imageFactsOf(join(root, path));
        counts.get(folderOf(path))!.add(facts);
        keep(kept, i, facts);
        if (facts.notFinite !== undefined) notFinite.push(`${path}: ${facts.notFinite}`);
      } catch (error) {
        if (!(error instanceof Pix2PixError)) throw error;
        broken.push(`${path}: ${error instanceof BadImageError ? error.reason : error.summary}`);
      }
      onProgress?.({ stage: 'looking at', unit: 'images', done: ++done, total: images.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const reports = [...folders].map(([folder, list]) => {
    const chosen = spread(list, samples).map((i) => pathAt(images, i));
    return { folder, samples: chosen, ...counts.get(folder)!.report() };
  });
  return {
    root,
    images: images.length,
    folders: reports,
    sides: matchSides(images, folders, kept),
    passedOver,
    broken: examplesOf(broken.sort()),
    notFinite: examplesOf(notFinite.sort()),
    duplicates: findDuplicates(images, kept),
    layout: await layoutOf(root, [...folders.keys()]),
  };
}

function keep({ hashes, widths, heights }: KeptFacts, i: number, { hash, width, height }: ImageFacts): void {
  [hashes[i], widths[i], heights[i]] = [hash, width, height];
}

/** Places of the images of each folder, in order. */
function groupByFolder(images: PathList): Map<string, number[]> {
  const folders = new Map<string, number[]>();
  for (let i = 0; i < images.length; i++) {
    const folder = folderOf(pathAt(images, i));
    const list = folders.get(folder);
    if (list === undefined) folders.set(folder, [i]);
    else list.push(i);
  }
  return folders;
}

/** '' for the root itself. */
function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** So many of a list, evenly spread over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(most, list.length);
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);
}
