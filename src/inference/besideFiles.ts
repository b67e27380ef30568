import { readdirSync } from 'node:fs';
import { dirname, join, parse, sep } from 'node:path';
import { BadImageError } from '../data/decode/badImage.js';

/**
 * The files that belong to an image of a generator that was trained with `--input_folders`: those of the same name, or of
 * the same name before its ending, in the other folders beside its own.
 *
 * @param path of an image in the first of the folders, or below it
 * @throws BadImageError where it does not lie in a folder of that name, or one is missing
 */
export function besideFiles(path: string, [first, ...others]: readonly string[]): string[] {
  if (others.length === 0) return [];
  const parts = path.split(/[/\\]/);
  const place = parts.lastIndexOf(first, parts.length - 2);
  if (place < 0) {
    throw new BadImageError(
      path,
      `the generator takes images of ${[first, ...others].join(', ')} together`,
      `put them into folders of these names, and name the image in ${first}`,
    );
  }
  return others.map((other) =>
    fileLike([...parts.slice(0, place), other, ...parts.slice(place + 1)].join(sep), path),
  );
}

function fileLike(wanted: string, path: string): string {
  const folder = dirname(wanted);
  const names = namesIn(folder);
  const { base, name } = parse(wanted);
  const found = names.find((other) => other === base) ?? names.find((other) => parse(other).name === name);
  if (found !== undefined) return join(folder, found);
  throw new BadImageError(path, `there is no image of its name in ${folder}`, 'add it');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether a file is one of those that others of `besideFiles` bring along. */
export function isBeside(path: string, [first, ...others]: readonly string[]): boolean {
  const folders = dirname(path).split(/[/\\]/);
  return folders.some((folder) => others.includes(folder)) && !folders.includes(first);
}
