import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { OnProgress } from '../../base/progress.js';
import { BadImageError } from '../decode/badImage.js';
import { decodeImage } from '../decode/decode.js';
import { type OnFileNote, oncePerKind } from '../decode/decodeNote.js';
import { BrokenImages } from './brokenImages.js';
import { inParallel } from './inParallel.js';
import { readImages, readSplits } from './matchPairs.js';

export interface SplitOptions {
  /** Folder with side-by-side pairs A|B in subfolders such as train, val and test. */
  readonly pairs: string;
  /** Must not exist, or be empty. */
  readonly out: string;
  readonly onProgress?: OnProgress;
  /** As of `combineFolders`. */
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface SplitFolders {
  readonly out: string;
  /** That there are. */
  readonly pairs: number;
  /** Images in each folder written, as `trainA`. */
  readonly folders: Readonly<Record<string, number>>;
  /** Pairs that cannot be decoded, or have no two equal halves. */
  readonly broken: readonly BadImageError[];
}

/** One pair, and the halves of it that are kept. */
interface Cut {
  readonly split: string;
  readonly stem: string;
  readonly path: string;
  readonly sides: readonly ('A' | 'B')[];
}

/**
 * Cuts side-by-side pairs into folders of single images, `trainA`, `trainB`, `testA` and so on, as models without pairs
 * take them. Of the training images every other one gives its A, the rest their B, so that no pair is left to learn
 * from; the others give both. Written as PNG, which loses nothing.
 *
 * @throws Pix2PixError when there are no pairs, or `out` holds anything
 */
export async function splitPairs(options: SplitOptions): Promise<SplitFolders> {
  const { pairs, out, onProgress, onNote = () => {}, signal } = options;
  const [from, to] = [resolve(pairs), resolve(out)];
  const cuts = await planCuts(from, onNote);
  const note = oncePerKind(onNote);
  const folders: Record<string, number> = {};
  for (const { split, sides } of cuts) for (const side of sides) folders[split + side] = 0;
  const broken = new BrokenImages();
  try {
    await requireEmpty(to);
    for (const folder of Object.keys(folders)) makeFolder(join(to, folder));
    let done = 0;
    await inParallel(cuts, signal, async (cut) => {
      const isDone = await broken.leaveOut(() => cutPair(cut, to, note));
      if (isDone) for (const side of cut.sides) folders[cut.split + side]++;
      onProgress?.({ unit: 'images', done: ++done, total: cuts.length, stage: 'cutting' });
    });
  } catch (error) {
    throw fileError(error, 'the images cannot be written', to);
  }
  return { out: to, pairs: cuts.length, folders, broken: broken.byName() };
}

async function planCuts(from: string, onNote: (text: string) => void): Promise<Cut[]> {
  const cuts: Cut[] = [];
  for (const split of (await readSplits(from)).filter((name) => name !== '')) {
    const images = [...(await readImages(join(from, split), onNote))];
    for (const [i, [stem, path]] of images.entries()) {
      const one = i % 2 === 0 ? 'A' : 'B';
      cuts.push({ split, stem, path, sides: split === 'train' ? [one] : ['A', 'B'] });
    }
  }
  if (cuts.length > 0) return cuts;
  throw new Pix2PixError(
    'there are no pairs to cut',
    { folder: from },
    'put them into train, val and test there',
  );
}

async function requireEmpty(out: string): Promise<void> {
  const entries = await readdir(out).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return;
  throw new Pix2PixError(
    'the output folder is not empty',
    { out, holds: JSON.stringify(entries[0]) },
    'choose another folder, or move this one away',
  );
}

async function cutPair({ split, stem, path, sides }: Cut, out: string, onNote: OnFileNote): Promise<void> {
  const { data, width, height } = await decodeImage(path, (note) => onNote(path, note));
  if (width % 2 !== 0) {
    throw new BadImageError(
      path,
      `it has no two equal halves: ${width}×${height}`,
      'its width must be even: A on the left, B on the right',
    );
  }
  for (const side of sides) {
    const half = { left: side === 'A' ? 0 : width / 2, top: 0, width: width / 2, height };
    const image = sharp(data, { raw: { width, height, channels: 3 } }).extract(half);
    const bytes = await image.png({ adaptiveFiltering: true }).toBuffer();
    writeFileAtomic(join(out, split + side, `${stem}.png`), bytes, { durable: false });
  }
}
