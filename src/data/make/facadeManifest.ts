import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FACADE_CLASSES, FACADE_COLOURS } from './facade/labels.js';

/** Bump when the same (seed, index, size) would be drawn differently. */
const FACADE_GENERATOR = 'pix2pix-ts facades 1';

export const MANIFEST_NAME = 'dataset.json';

export const SPLITS = ['train', 'val', 'test'] as const;

/** A part of a data set, and the name of its folder. */
export type Split = (typeof SPLITS)[number];

/** The content of a synthetic set's `dataset.json`: enough to draw the set again. */
export interface FacadeManifest {
  readonly generator: string;
  readonly seed: number;
  readonly count: number;
  readonly size: number;
  readonly splits: Readonly<Record<Split, number>>;
  /** A, the left half, is the photograph; B, the right half, the label map; training goes from B to A. */
  readonly direction: 'BtoA';
  readonly classes: Readonly<Record<string, readonly number[]>>;
}

export function facadeManifest(seed: number, count: number, size: number): FacadeManifest {
  return {
    generator: FACADE_GENERATOR,
    seed,
    count,
    size,
    splits: splitCounts(count),
    direction: 'BtoA',
    classes: Object.fromEntries(FACADE_CLASSES.map((name) => [name, FACADE_COLOURS[name]])),
  };
}

/** A tenth for validation and a tenth for test, at least one of each from three images on; the rest is for training. */
export function splitCounts(count: number): Record<Split, number> {
  const tenth = Math.max(1, Math.round(count / 10));
  const test = count >= 3 ? tenth : 0;
  const val = count >= 2 ? tenth : 0;
  return { train: count - val - test, val, test };
}

/** Where image `index` of the set belongs: `train/0001.png`. Numbers run on through the splits. */
export function pairPath(index: number, { count, splits }: Pick<FacadeManifest, 'count' | 'splits'>): string {
  const split = index < splits.train ? 'train' : index < splits.train + splits.val ? 'val' : 'test';
  const digits = Math.max(4, String(count).length);
  return join(split, `${String(index + 1).padStart(digits, '0')}.png`);
}

/** The manifest in a folder when it is one of ours, else undefined: missing, unreadable or made by something else. */
export async function readManifest(folder: string): Promise<FacadeManifest | undefined> {
  try {
    const path = join(folder, MANIFEST_NAME);
    if ((await stat(path)).size > 1_000_000) return undefined;
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    return String(manifest?.generator).startsWith('pix2pix-ts facades') ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** True when the folder holds exactly the set that the manifest describes: same settings, no file missing or empty. */
export async function isComplete(folder: string, wanted: FacadeManifest): Promise<boolean> {
  const found = await readManifest(folder);
  if (JSON.stringify(found) !== JSON.stringify(wanted)) return false;
  for (let index = 0; index < wanted.count; index++) {
    const size = await stat(join(folder, pairPath(index, wanted))).then(
      (file) => file.size,
      () => 0,
    );
    if (size === 0) return false;
  }
  return true;
}
