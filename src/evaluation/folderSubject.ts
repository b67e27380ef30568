import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Place } from '../data/batch/batchShare.js';
import { listImages } from '../data/listing/listImages.js';
import { pathsOf } from '../data/listing/pathList.js';
import { measureRange } from '../data/raster/measureRange.js';
import { AUTO, parseValueRange, type ValueRange } from '../options/valueRange.js';
import { type FoundPair, type NumberSettings, readPair } from './folderImages.js';
import type { LabelSettings } from './labels.js';
import type { JudgedImage, Subject } from './subject.js';

/** As `pix2pix test` and the reference name what was made, what it should be, and what it was made of. */
const MADE = /^(.*)_fake_B$/;

/** Of folders: where the targets are, which part this process has, and after how many images it ends. */
export interface FolderSettings {
  readonly target?: string;
  readonly part: Place;
  readonly most?: number;
  /** As of a training: what numbers are black and white; `auto`: what the targets hold. */
  readonly valueRange?: string;
}

/**
 * A folder of images that anything has made: matched by name, endings aside, with those of `target`; without it the results
 * of `pix2pix test` or of the reference, `x_fake_B.png` beside `x_real_B.png`.
 *
 * @throws Pix2PixError where nothing can be compared, or an image has no target
 */
export async function subjectOfFolder(
  folder: string,
  settings: FolderSettings,
  labels?: LabelSettings,
): Promise<Subject> {
  const { target, part, most = Number.POSITIVE_INFINITY, valueRange = '' } = settings;
  const all = await (target === undefined ? resultsIn(folder) : matched(folder, target));
  const chosen = all.slice(0, most);
  const range = await rangeOf(valueRange, chosen);
  const pairs = chosen.filter((_, i) => i % part.size === part.rank);
  return { run: folder, length: pairs.length, labels, images: () => imagesOf(pairs, { range, labels }) };
}

async function resultsIn(folder: string): Promise<FoundPair[]> {
  const inside = existsSync(join(folder, 'images')) ? join(folder, 'images') : folder;
  const paths = await byStem(inside);
  const pairs = [...paths].flatMap(([stem, made]) => {
    const name = MADE.exec(stem)?.[1];
    const wanted = paths.get(`${name}_real_B`);
    if (name === undefined || wanted === undefined) return [];
    return [{ name, made, wanted, input: paths.get(`${name}_real_A`) }];
  });
  if (pairs.length > 0) return pairs;
  throw new Pix2PixError(
    'this is neither a run nor a folder of results',
    { given: folder, 'looked for': 'checkpoints, or x_fake_B.png with x_real_B.png' },
    'name a run, or pass the folder of what the images should be as --target',
  );
}

async function matched(folder: string, target: string): Promise<FoundPair[]> {
  const [made, wanted] = await Promise.all([byStem(folder), byStem(target)]);
  const pairs = [...made].map(([name, path]) => ({ name, made: path, wanted: wanted.get(name) }));
  const missing = pairs.filter(({ wanted }) => wanted === undefined).map(({ name }) => name);
  if (pairs.length > 0 && missing.length === 0) return pairs as FoundPair[];
  throw new Pix2PixError(
    pairs.length === 0 ? 'this folder holds no images' : 'some images have no target of their name',
    {
      folder,
      target,
      ...(missing.length > 0 && { missing: `${missing.length}: ${missing.slice(0, 5).join(', ')}` }),
    },
    'both folders are to have the same names, endings aside',
  );
}

/** The images below a folder by their relative paths without endings, in order. */
async function byStem(folder: string): Promise<Map<string, string>> {
  const { images } = await listImages(folder);
  return new Map(
    pathsOf(images).map((path) => {
      const { dir, name } = parse(path);
      return [dir === '' ? name : `${dir}/${name}`, join(folder, path)];
    }),
  );
}

async function* imagesOf(pairs: readonly FoundPair[], settings: NumberSettings): AsyncGenerator<JudgedImage> {
  for (const pair of pairs) yield await readPair(pair, settings);
}

/** That of `--value_range`, `auto` being what the targets hold. */
async function rangeOf(text: string, pairs: readonly FoundPair[]): Promise<ValueRange | undefined> {
  if (text !== AUTO) return parseValueRange(text);
  const { range } = await measureRange(pairs.length, (i) => ({ path: pairs[i].wanted }));
  return range;
}
