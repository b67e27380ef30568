import pLimit from 'p-limit';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { fileError } from '../base/files/systemError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { decodeDeepImage } from '../data/decode/decode.js';
import { type DecodeNote, oncePerKind } from '../data/decode/decodeNote.js';
import { tagsOfResult } from '../data/raster/noData.js';
import { readPlaceTags } from '../data/raster/placeTags.js';
import { toChannels } from './channels.js';
import { encodeImage } from './encodeImage.js';
import type { ImageFile } from './loadGenerator.js';
import { PixelBudget } from './pixelBudget.js';
import type { Generator } from './portable/generator.js';
import { formatsOfGenerator } from './portable/imageFormats.js';
import { translatedNumbers } from './translatedNumbers.js';
import type { TranslateFilesOptions, TranslationJob } from './translationJob.js';

/** An image that could not be translated. */
export interface TranslationFailure {
  readonly name: string;
  readonly error: Pix2PixError;
}

/** So many images are between reading and writing at once: enough that the engine never waits for one. */
const AT_ONCE = 8;
/** Of all that are decoded at a time. */
const BUDGET_PIXELS = 32e6;

/**
 * Translates many images: while the engine works at one, others are decoded and encoded. A file is put in place whole.
 * One that cannot be translated does not stop the others.
 *
 * @returns how many were translated, and the failures in the order of the jobs
 */
export async function translateFiles(
  generator: Generator<ImageFile, ImageBatch>,
  jobs: readonly TranslationJob[],
  options: TranslateFilesOptions = {},
): Promise<{ readonly translated: number; readonly failures: readonly TranslationFailure[] }> {
  const budget = new PixelBudget(BUDGET_PIXELS);
  const failures = new Map<number, TranslationFailure>();
  const note = oncePerKind(options.onNote ?? (() => {}));
  let done = 0;
  await pLimit(AT_ONCE).map(jobs, async (job, index) => {
    if (options.stop?.aborted) return;
    try {
      await translateFile(generator, job, options, { budget, note: (of) => note(job.name, of) });
    } catch (error) {
      failures.set(index, { name: job.name, error: failureOf(error, job) });
    }
    done++;
    options.onImage?.(done, jobs.length);
  });
  return {
    translated: done - failures.size,
    failures: jobs.flatMap((_, index) => failures.get(index) ?? []),
  };
}

/**
 * The reason of a failure: an error that a user can correct by its summary, any other, such as a name that is too long,
 * in the system's words.
 */
function failureOf(error: unknown, { name, output }: TranslationJob): Pix2PixError {
  const place = typeof output === 'string' ? output : name;
  const told = fileError(error, 'a translation cannot be written', place);
  if (told instanceof Pix2PixError) return told;
  throw error;
}

async function translateFile(
  generator: Generator<ImageFile, ImageBatch>,
  job: TranslationJob,
  options: TranslateFilesOptions,
  { budget, note }: { readonly budget: PixelBudget; readonly note: (note: DecodeNote) => void },
): Promise<void> {
  let taken = 0;
  const admit = async (pixels: number) => {
    await budget.take(pixels);
    taken = pixels;
  };
  try {
    const { input } = formatsOfGenerator(generator.info);
    const file =
      input.kind === 'bytes'
        ? await translatedPicture(generator, job, options, { admit, note })
        : await translatedNumbers(generator, job, options, { admit, note });
    const { output } = job;
    if (typeof output === 'string') writeFileAtomic(output, file, { durable: false });
    else await output(file);
  } finally {
    budget.release(taken);
  }
}

type Admit = (pixels: number) => Promise<void>;

async function translatedPicture(
  generator: Generator<ImageFile, ImageBatch>,
  { source, name, format }: TranslationJob,
  { depth, keepAlpha, quality = 95, tile, overlap, onTile, stop: signal }: TranslateFilesOptions,
  { admit, note }: { readonly admit: Admit; readonly note: (note: DecodeNote) => void },
): Promise<Uint8Array> {
  if (depth === 'float') {
    const facts = { generator: generator.info.name };
    throw new Pix2PixError(
      'this generator makes pictures, which are no floats',
      facts,
      'pass --depth 8 or 16',
    );
  }
  const { alpha, ...image } = await decodeDeepImage(source, name, {
    ...{ depth, alpha: keepAlpha, admit },
    onNote: note,
  });
  const batch = toChannels(image, generator.info, name) as ImageBatch;
  const translation = await generator.translate(batch, { tile, overlap, onTile, signal });
  const tags = format === 'tiff' ? tagsOfResult(await readPlaceTags(source)) : [];
  return encodeImage(translation, { format, quality, alpha, tags });
}
