import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { glob, globBase, isGlob } from '../base/files/glob.js';
import { isImageName } from '../data/listing/imageNames.js';
import { listImages } from '../data/listing/listImages.js';
import { pathsOf } from '../data/listing/pathList.js';
import { formatOfName, type ImageFormat, imageFormats } from './encodeImage.js';
import type { TranslationJob } from './translateFiles.js';

/** An input file, and what it is called below the folder of the outputs. */
interface Found {
  readonly path: string;
  readonly relative: string;
}

/**
 * The jobs for inputs and an output: a file to a file; files, folders (with all below them) and patterns into a folder,
 * where the names below each folder or pattern are kept.
 *
 * @param inputs paths and patterns
 * @param format of the outputs; by default what a file's name says, and PNG in a folder
 * @throws Pix2PixError when something is not there, or two outputs would have one name, or an output is an input
 */
export async function translationJobs(
  inputs: readonly string[],
  output: string,
  format: ImageFormat | undefined,
): Promise<TranslationJob[]> {
  if (isFile(inputs, output)) return check([fileJob(inputs[0], output, format)]);
  const found = (await Promise.all(inputs.map(filesOf))).flat();
  const extension = format ?? 'png';
  return check(
    found.map(({ path, relative }) => {
      const to = join(output, relative.replace(/\.\w+$/, `.${extension}`));
      return { source: path, name: path, output: to, format: extension };
    }),
  );
}

/** One input that is a file goes to a file, unless the output is a folder or ends like one. */
function isFile(inputs: readonly string[], output: string): boolean {
  if (inputs.length !== 1 || !isRegular(inputs[0])) return false;
  return !/[/\\]$/.test(output) && !isFolder(output);
}

/** An image that goes to a file of its own. Throws Pix2PixError when that file's format is not known. */
export function fileJob(path: string, output: string, format: ImageFormat | undefined): TranslationJob {
  const named = format ?? formatOfName(output);
  if (named !== undefined) return { source: path, name: path, output, format: named };
  throw new Pix2PixError(
    'the name of the output does not say its format',
    { output },
    `end it in .${imageFormats.join(', .')}, or with / for a folder, or pass --format`,
  );
}

async function filesOf(input: string): Promise<Found[]> {
  if (isRegular(input)) return [{ path: input, relative: basename(input) }];
  const isFolderInput = isFolder(input);
  const base = isFolderInput ? input : globBase(input);
  let names: string[] = [];
  if (isFolderInput) names = pathsOf(await listImages(input));
  else if (isGlob(input)) names = glob(input).filter(isImageName);
  if (names.length > 0) return names.map((name) => ({ path: join(base, name), relative: name }));
  throw new Pix2PixError(
    existsSync(input) ? 'this folder holds no images' : 'there is no such image',
    { input },
    'give a file, a folder, or a pattern in quotes, such as "photos/*.jpg"',
  );
}

function check(jobs: TranslationJob[]): TranslationJob[] {
  const inputs = new Map(jobs.map(({ name }) => [resolve(name), name]));
  const outputs = new Map<string, string>();
  for (const { name, output } of jobs) {
    const place = resolve(output as string);
    const other = outputs.get(place);
    const facts = { output: output as string };
    if (other !== undefined) {
      const fix = 'translate them into different folders';
      throw new Pix2PixError(
        'two images would become one file',
        { ...facts, first: other, second: name },
        fix,
      );
    }
    if (inputs.has(place)) {
      throw new Pix2PixError('a translation would replace an input', facts, 'choose another output');
    }
    outputs.set(place, name);
  }
  return jobs;
}

const kindOf = (path: string) => statSync(path, { throwIfNoEntry: false });
const isFolder = (path: string) => kindOf(path)?.isDirectory() === true;
const isRegular = (path: string) => {
  const found = kindOf(path);
  return found !== undefined && !found.isDirectory();
};
