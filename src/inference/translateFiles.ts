import pLimit from 'p-limit';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { fileError } from '../base/files/systemError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { decodeDeepImage } from '../data/decode/decode.js';
import { type DecodeNote, oncePerKind } from '../data/decode/decodeNote.js';
import { toChannels } from './channels.js';
import { encodeImage, type ImageFormat } from './encodeImage.js';
import type { ImageFile } from './loadGenerator.js';
import { PixelBudget } from './pixelBudget.js';
import type { Generator, TranslateOptions } from './portable/generator.js';

/** One image to translate. */
export interface TranslationJob {
  /** A path, or the contents of a file. */
  readonly source: ImageFile;
  /** Its name in messages. */
  readonly name: string;
  /** Where it goes: a path, or what takes the file's bytes. */
  readonly output: string | ((file: Uint8Array) => Promise<void>);
  readonly format: ImageFormat;
}

/** Settings of `translateFiles`. */
export interface TranslateFilesOptions extends Pick<TranslateOptions, 'tile' | 'overlap' | 'onTile'> {
  /** Bits of a channel. Default: 8. */
  readonly depth?: 8 | 16;
  /** Whether the alpha channel of an image goes over to its translation. Default: no. */
  readonly keepAlpha?: boolean;
  /** Of JPEG and WebP. Default: 95. */
  readonly quality?: number;
  /** After every image, also one that failed. */
  readonly onImage?: (done: number, total: number) => void;
  /** Told what images have more than is seen of them, once for each kind. */
  readonly onNote?: (text: string) => void;
  /** When aborted, no other image is begun, and one in tiles ends; its reason is to be a Pix2PixError. */
  readonly stop?: AbortSignal;
}

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
  { source, name, output, format }: TranslationJob,
  options: TranslateFilesOptions,
  { budget, note }: { readonly budget: PixelBudget; readonly note: (note: DecodeNote) => void },
): Promise<void> {
  const { depth, keepAlpha, quality = 95 } = options;
  let taken = 0;
  const admit = async (pixels: number) => {
    await budget.take(pixels);
    taken = pixels;
  };
  try {
    const { alpha, ...image } = await decodeDeepImage(source, name, {
      ...{ depth, alpha: keepAlpha, admit },
      onNote: note,
    });
    const { tile, overlap, onTile, stop: signal } = options;
    const batch = toChannels(image, generator.info, name) as ImageBatch;
    const translation = await generator.translate(batch, { tile, overlap, onTile, signal });
    const file = await encodeImage(translation, { format, quality, alpha });
    if (typeof output === 'string') writeFileAtomic(output, file, { durable: false });
    else await output(file);
  } finally {
    budget.release(taken);
  }
}
