import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { OnProgress } from '../../base/progress.js';
import { drawPairs } from './drawPairs.js';
import {
  type FacadeManifest,
  facadeManifest,
  isComplete,
  MANIFEST_NAME,
  readManifest,
  SPLITS,
} from './facadeManifest.js';

/** Settings of `synthesizeFacades`. */
export interface SynthesizeOptions {
  /** The data set's folder; `train`, `val` and `test` are made in it. */
  readonly out: string;
  /** How many pairs, 1 ... 100,000. */
  readonly count: number;
  /** Width and height of each half in pixels, 64 ... 1024. Default 256. */
  readonly size?: number;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** Replace an earlier synthetic set in `out`. Folders that hold anything else are refused all the same. */
  readonly overwrite?: boolean;
  readonly threads?: number;
  readonly onProgress?: OnProgress;
  /** Stops the drawing; nothing is left behind. */
  readonly signal?: AbortSignal;
}

/** The set that `synthesizeFacades` has drawn, or found complete. */
export interface SynthesizedSet {
  readonly out: string;
  readonly manifest: FacadeManifest;
  /** False when the very set was there already. */
  readonly written: boolean;
}

/**
 * Makes a paired data set of facades: photograph (A, left) and label map (B, right) side by side, as the published
 * facades are, so training takes `--direction BtoA`. The set appears whole or not at all: it is drawn into a folder
 * beside `out` and renamed.
 *
 * @throws Pix2PixError for numbers out of range, a folder with other things in it, or a disk that refuses
 */
export async function synthesizeFacades(options: SynthesizeOptions): Promise<SynthesizedSet> {
  const { count, size = 256, seed = 0, overwrite = false, threads, onProgress, signal } = options;
  requireInteger('count', count, 1, 100_000);
  requireInteger('size', size, 64, 1024);
  requireInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const out = resolve(options.out);
  const manifest = facadeManifest(seed, count, size);
  if (await isComplete(out, manifest)) return { out, manifest, written: false };
  await requireFree(out, overwrite);
  try {
    makeFolder(dirname(out));
    const draft = await mkdtemp(`${out}.partial-`);
    try {
      for (const split of SPLITS) await mkdir(join(draft, split));
      let done = 0;
      const onImage = () => onProgress?.({ unit: 'images', done: ++done, total: count, stage: 'drawing' });
      await drawPairs(draft, manifest, threads, onImage, signal);
      await writeFile(join(draft, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
      await putInPlace(draft, out);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  } catch (error) {
    throw fileError(error, 'the data set cannot be written', out);
  }
  return { out, manifest, written: true };
}

function requireInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Pix2PixError(
    `${name} is out of range`,
    { got: value, allowed: `whole numbers ${min} ... ${max}` },
    `pass --${name} within the range`,
  );
}

/** Refuses a folder with anything in it, unless it is an earlier synthetic set alone and may be replaced. */
async function requireFree(out: string, overwrite: boolean): Promise<void> {
  const entries = await listFolder(out);
  if (entries.length === 0) return;
  const earlier = await readManifest(out);
  const foreign = earlier === undefined ? entries : await foreignEntries(out, entries);
  if (foreign.length > 0) {
    const shown = foreign.slice(0, 5).map((name) => JSON.stringify(name));
    throw new Pix2PixError(
      'the output folder holds other files',
      { out, holds: `${shown.join(', ')}${foreign.length > 5 ? `, and ${foreign.length - 5} more` : ''}` },
      'choose another --out; only a folder with nothing but a synthetic set in it can be replaced',
    );
  }
  if (overwrite) return;
  throw new Pix2PixError(
    'the output folder holds another synthetic set',
    { out, holds: settings(earlier), wanted: 'other settings, or some of its files are gone' },
    'choose another --out, or pass --overwrite to replace it',
  );
}

function settings(manifest: FacadeManifest | undefined): string {
  return `count ${manifest?.count}, size ${manifest?.size}, seed ${manifest?.seed}`;
}

async function listFolder(out: string): Promise<string[]> {
  try {
    return await readdir(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(error, 'the output folder cannot be used', out);
  }
}

/** Entries of the folder that a synthetic set does not contain. */
async function foreignEntries(out: string, entries: readonly string[]): Promise<string[]> {
  const foreign = entries.filter((name) => name !== MANIFEST_NAME && !SPLITS.some((split) => split === name));
  for (const split of SPLITS.filter((name) => entries.includes(name))) {
    const isFolder = (await stat(join(out, split))).isDirectory();
    const names = isFolder ? await readdir(join(out, split)) : [];
    if (!isFolder) foreign.push(split);
    foreign.push(...names.filter((name) => !/^\d{4,6}\.png$/.test(name)).map((name) => `${split}/${name}`));
  }
  return foreign;
}

/** Renames the draft to `out`; an earlier set steps aside first and is removed only when the new one stands. */
async function putInPlace(draft: string, out: string): Promise<void> {
  const entries = await listFolder(out);
  if (entries.length === 0) {
    await rmdir(out).catch(() => {});
    return rename(draft, out);
  }
  const aside = join(dirname(out), `${basename(out)}.replaced-${process.pid}`);
  await rename(out, aside);
  try {
    await rename(draft, out);
  } catch (error) {
    await rename(aside, out);
    throw error;
  }
  await rm(aside, { recursive: true });
}
