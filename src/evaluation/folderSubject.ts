import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { Place } from '../data/batch/batchShare.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { decodeImage } from '../data/decode/decode.js';
import { listImages } from '../data/listing/listImages.js';
import { pathsOf } from '../data/listing/pathList.js';
import { classesShown, type LabelSettings } from './labels.js';
import type { JudgedImage, Subject } from './subject.js';

/** As `pix2pix test` and the reference name what was made, what it should be, and what it was made of. */
const MADE = /^(.*)_fake_B$/;

interface FoundPair {
  readonly name: string;
  readonly made: string;
  readonly wanted: string;
  readonly input?: string;
}

/** Of folders: where the targets are, which part this process has, and after how many images it ends. */
export interface FolderSettings {
  readonly target?: string;
  readonly part: Place;
  readonly most?: number;
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
  const { target, part, most = Number.POSITIVE_INFINITY } = settings;
  const all = await (target === undefined ? resultsIn(folder) : matched(folder, target));
  const pairs = all.slice(0, most).filter((_, i) => i % part.size === part.rank);
  return { run: folder, length: pairs.length, labels, images: () => imagesOf(pairs, labels) };
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

async function* imagesOf(
  pairs: readonly FoundPair[],
  labels: LabelSettings | undefined,
): AsyncGenerator<JudgedImage> {
  for (const { name, input, ...pair } of pairs) {
    const [made, wanted] = [await decoded(pair.made), await decoded(pair.wanted)];
    if (made.shape.join() !== wanted.shape.join()) {
      const size = ({ shape: [, height, width] }: ImageBatch) => `${width} × ${height}`;
      throw new Pix2PixError(
        'an image and its target differ in size',
        { [pair.made]: size(made), [pair.wanted]: size(wanted) },
        'bring one to the size of the other: pix2pix dataset process',
      );
    }
    const pictures = {
      input: input === undefined ? undefined : await decoded(input),
      output: made,
      target: wanted,
    };
    const classes = labels && { made: classesShown(made, labels), wanted: classesShown(wanted, labels) };
    yield { name, made, wanted, pictures, classes };
  }
}

async function decoded(path: string): Promise<ImageBatch> {
  const { data, width, height } = await decodeImage(path);
  return { data, shape: [1, height, width, 3] };
}
