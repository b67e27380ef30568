import { stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { OnProgress } from '../../base/progress.js';
import type { BadImageError } from '../decode/badImage.js';
import { decodeImage, readImageSize } from '../decode/decode.js';
import { type OnFileNote, oncePerKind } from '../decode/decodeNote.js';
import { BrokenImages } from './brokenImages.js';
import { inParallel } from './inParallel.js';
import { type ImagePair, type PairPlan, planPairs } from './matchPairs.js';
import { sideBySide } from './sideBySide.js';

export interface CombineOptions {
  /** Folder of the images for the left half: flat, or with subfolders such as train, val and test. */
  readonly a: string;
  /** Folder of the images for the right half, laid out alike. */
  readonly b: string;
  readonly out: string;
  /** Write JPEG of this quality (1 ... 100, colour at full resolution) in place of PNG, which loses nothing. */
  readonly quality?: number;
  /** Match `x_A` with `x_B` and name the pair `x`, as the reference's `--use_AB`. */
  readonly useAB?: boolean;
  /** Replace pairs that are in `out` already. */
  readonly overwrite?: boolean;
  readonly onProgress?: OnProgress;
  /** Told of other files beside the images, and, once for each kind, of what images have more than is taken over. */
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface CombinedFolders {
  readonly out: string;
  /** That there are. */
  readonly pairs: number;
  /** Pairs written in each subfolder; the name is empty for a flat folder. */
  readonly splits: Readonly<Record<string, number>>;
  /** Of each pair that was left out an image that cannot be decoded. */
  readonly broken: readonly BadImageError[];
}

/**
 * Joins two folders of images into side-by-side A|B pairs (reference: datasets/combine_A_and_B.py). Everything is
 * checked before the first file is written: every name has a partner, the sizes of partners agree, nothing in `out`
 * would be lost. EXIF orientation is applied, alpha dropped, grey and 16-bit images become 8-bit RGB. A pair of which an
 * image cannot be decoded is left out.
 *
 * @throws Pix2PixError that lists the names without a partner, or the pairs of unequal size
 */
export async function combineFolders(options: CombineOptions): Promise<CombinedFolders> {
  const { quality, useAB = false, overwrite = false, onProgress, onNote = () => {}, signal } = options;
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new Pix2PixError(
      'quality is out of range',
      { got: quality, allowed: '1 ... 100' },
      'pass --quality 95, or leave it out for PNG',
    );
  }
  const [a, b, out] = [options.a, options.b, options.out].map((folder) => resolve(folder));
  refuseNesting(a, b, out);
  const plan = await planPairs(a, b, useAB, onNote);
  const note = oncePerKind(onNote);
  const target = (pair: ImagePair) =>
    join(out, pair.split, `${pair.stem}.${quality === undefined ? 'png' : 'jpg'}`);
  if (!overwrite) await refuseExisting(plan, target, out);
  const broken = new BrokenImages();
  const readable = await readablePairs(plan, broken, onProgress, signal);
  const splits: Record<string, number> = Object.fromEntries(plan.map(({ split }) => [split, 0]));
  try {
    for (const split of Object.keys(splits)) makeFolder(join(out, split));
    let done = 0;
    await inParallel(readable, signal, async (pair) => {
      const isDone = await broken.leaveOut(() => joinPair(pair, target(pair), quality, note));
      if (isDone) splits[pair.split]++;
      onProgress?.({ unit: 'images', done: ++done, total: readable.length, stage: 'combining' });
    });
  } catch (error) {
    throw fileError(error, 'the pairs cannot be written', out);
  }
  return { out, pairs: plan.length, splits, broken: broken.byName() };
}

/** Pairs written among their own sources would be taken for sources by the next run. */
function refuseNesting(a: string, b: string, out: string): void {
  const holds = [a, b].find((folder) => out === folder || out.startsWith(folder + sep));
  if (a !== b && holds === undefined) return;
  throw new Pix2PixError(
    a === b ? 'A and B are the same folder' : 'the output folder lies inside a source folder',
    { A: a, B: b, out },
    'give three folders apart from each other',
  );
}

async function refuseExisting(
  plan: PairPlan,
  target: (pair: ImagePair) => string,
  out: string,
): Promise<void> {
  const there: string[] = [];
  for (const pair of plan) {
    const path = target(pair);
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (exists) there.push(path);
  }
  if (there.length === 0) return;
  throw new Pix2PixError(
    `${there.length} of ${plan.length} pairs are in the output folder already`,
    { out, first: JSON.stringify(there[0]) },
    'choose another folder, or pass --overwrite to replace them',
  );
}

/** The pairs whose images have a size, the same one in each. */
async function readablePairs(
  plan: PairPlan,
  broken: BrokenImages,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<PairPlan> {
  const unequal: string[] = [];
  const readable = new Set<ImagePair>();
  let done = 0;
  await inParallel(plan, signal, async (pair) => {
    await broken.leaveOut(async () => {
      const [sizeA, sizeB] = await Promise.all([pair.pathA, pair.pathB].map(sizeOf));
      if (sizeA !== sizeB) unequal.push(`${JSON.stringify(pair.pathA)} ${sizeA}, B ${sizeB}`);
      readable.add(pair);
    });
    onProgress?.({ unit: 'images', done: ++done, total: plan.length, stage: 'checking sizes' });
  });
  if (unequal.length === 0) return plan.filter((pair) => readable.has(pair));
  throw new Pix2PixError(
    `${unequal.length} of ${plan.length} pairs differ in size`,
    listed(unequal),
    'resize the images so that both halves of a pair are equally wide and high',
  );
}

function listed(lines: string[]): Record<string, string> {
  const facts = Object.fromEntries(
    lines
      .sort()
      .slice(0, 10)
      .map((line, i) => [`${i + 1}`, line]),
  );
  return lines.length > 10 ? { ...facts, '...': `and ${lines.length - 10} more` } : facts;
}

/** `256×256`, as shown (EXIF orientation applied). */
async function sizeOf(path: string): Promise<string> {
  const { width, height } = await readImageSize(path);
  return `${width}×${height}`;
}

async function joinPair(
  { pathA, pathB }: ImagePair,
  path: string,
  quality: number | undefined,
  onNote: OnFileNote,
): Promise<void> {
  const [left, right] = await Promise.all(
    [pathA, pathB].map((path) => decodeImage(path, (note) => onNote(path, note))),
  );
  const { width, height } = left;
  const pair = sideBySide(left.data, right.data, width, height);
  const joined = sharp(pair, { raw: { width: width * 2, height, channels: 3 } });
  const encoded =
    quality === undefined
      ? joined.png({ adaptiveFiltering: true })
      : joined.jpeg({ quality, chromaSubsampling: '4:4:4' });
  writeFileAtomic(path, await encoded.toBuffer(), { durable: false });
}
