import { existsSync, statSync } from 'node:fs';
import { basename, join, parse, resolve } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { glob, globBase, isGlob } from '../base/files/glob.js';
import { listImages } from '../data/listing/listImages.js';
import { imagesAmong, inWords, type PassedOver } from '../data/listing/passedOver.js';
import { pathsOf } from '../data/listing/pathList.js';
import { formatLike, formatOfName, type ImageFormat, imageFormats } from './encodeImage.js';
import type { TranslationJob } from './translationJob.js';

/** An input file, and what it is called below the folder of the outputs. */
interface Found {
  readonly path: string;
  readonly relative: string;
}

/**
 * The jobs for inputs and an output: a file to a file; files, folders (with all below them) and patterns into a folder,
 * where the names below each folder or pattern are kept. Of two images that would have one name there the second gets
 * a number, as in the results of a test: 1.png, 1-2.png.
 *
 * @param inputs paths and patterns
 * @param format of the outputs, or `same` as each input, where that is one that can be written; by default what a file's
 *   name says, and PNG in a folder
 * @param onNote told of numbers that names got, and of files that are no images by their names
 * @throws Pix2PixError when something is not there, or an output is an input
 */
export async function translationJobs(
  inputs: readonly string[],
  output: string,
  format: ImageFormat | 'same' | undefined,
  onNote: (text: string) => void = () => {},
): Promise<TranslationJob[]> {
  if (isFile(inputs, output)) return keepInputs([fileJob(inputs[0], output, format)]);
  const found = (await Promise.all(inputs.map((input) => filesOf(input, onNote)))).flat();
  const jobs = found.map(({ path, relative }) => {
    const like = formatLike(path, format);
    const to = join(
      output,
      relative.replace(/\.\w+$/, format === 'same' && like ? '$&' : `.${like ?? 'png'}`),
    );
    return { source: path, name: path, output: to, format: like ?? 'png' };
  });
  return numberEqual(keepInputs(jobs), onNote);
}

/** One input that is a file goes to a file, unless the output is a folder or ends like one. */
function isFile(inputs: readonly string[], output: string): boolean {
  if (inputs.length !== 1 || !isRegular(inputs[0])) return false;
  return !/[/\\]$/.test(output) && !isFolder(output);
}

/** An image that goes to a file of its own. Throws Pix2PixError when that file's format is not known. */
export function fileJob(
  path: string,
  output: string,
  format: ImageFormat | 'same' | undefined,
): TranslationJob {
  const named = formatLike(path, format) ?? formatOfName(output);
  if (named !== undefined) return { source: path, name: path, output, format: named };
  throw new Pix2PixError(
    'the name of the output does not say its format',
    { output },
    `end it in .${imageFormats.join(', .')}, or with / for a folder, or pass --format`,
  );
}

async function filesOf(input: string, onNote: (text: string) => void): Promise<Found[]> {
  if (isRegular(input)) return [{ path: input, relative: basename(input) }];
  const isFolderInput = isFolder(input);
  const base = isFolderInput ? input : globBase(input);
  const { images, passedOver } = isFolderInput ? await imagesBelow(input) : imagesAmong(filesLike(input));
  const others = inWords(passedOver);
  if (images.length > 0) {
    if (others !== undefined) onNote(`${input}: ${others}`);
    return images.map((name) => ({ path: join(base, name), relative: name }));
  }
  throw new Pix2PixError(
    existsSync(input) ? 'this folder holds no images' : 'there is no such image',
    { input, ...(others && { others }) },
    'give a file, a folder, or a pattern in quotes, such as "photos/*.jpg"',
  );
}

async function imagesBelow(folder: string): Promise<{ images: string[]; passedOver: PassedOver }> {
  const { images, passedOver } = await listImages(folder);
  return { images: pathsOf(images), passedOver };
}

const filesLike = (pattern: string) => (isGlob(pattern) ? glob(pattern) : []);

/** Throws Pix2PixError when a translation would replace an image that is to be translated. */
function keepInputs(jobs: TranslationJob[]): TranslationJob[] {
  const inputs = new Set(jobs.map(({ name }) => resolve(name)));
  const wrong = jobs.find(({ output }) => inputs.has(resolve(output as string)));
  if (wrong === undefined) return jobs;
  throw new Pix2PixError(
    'a translation would replace an input',
    { output: wrong.output as string },
    'choose another output',
  );
}

/** Numbers outputs whose names are taken, by one before them or by an input. */
function numberEqual(jobs: readonly TranslationJob[], onNote: (text: string) => void): TranslationJob[] {
  const taken = new Set(jobs.map(({ name }) => placeOf(name)));
  const numbered: string[] = [];
  const all = jobs.map((job) => {
    const wanted = job.output as string;
    const { dir, name, ext } = parse(wanted);
    let output = wanted;
    for (let n = 2; taken.has(placeOf(output)); n++) output = join(dir, `${name}-${n}${ext}`);
    taken.add(placeOf(output));
    if (output !== wanted) numbered.push(`${job.name} becomes ${output}`);
    return { ...job, output };
  });
  if (numbered.length > 0) {
    const more = numbered.length > 1 ? `, and ${numbered.length - 1} more` : '';
    onNote(`names that are taken get a number: ${numbered[0]}${more}`);
  }
  return all;
}

/** Paths that are one file where a file system does not tell case, or ways to write an accent, apart. */
const placeOf = (path: string) => resolve(path).normalize('NFC').toLowerCase();

/** Undefined where there is nothing, or nothing can be, since the name is too long. */
const kindOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
};
const isFolder = (path: string) => kindOf(path)?.isDirectory() === true;
const isRegular = (path: string) => {
  const found = kindOf(path);
  return found !== undefined && !found.isDirectory();
};
