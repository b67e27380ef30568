import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { OnNote } from '../data/decode/decodeNote.js';
import { tagsOfResult } from '../data/raster/noData.js';
import { toUnits } from '../data/raster/toUnits.js';
import { isLossy, noteRounding, usualDepth } from '../data/raster/usualDepth.js';
import { parseInputFolders } from '../options/inputFolders.js';
import { besideFiles } from './besideFiles.js';
import { encodePicture } from './encodePicture.js';
import type { ImageFile } from './loadGenerator.js';
import { readNumbers } from './numberImages.js';
import type { Generator } from './portable/generator.js';
import { formatsOfGenerator, pixelOptions } from './portable/imageFormats.js';
import type { TranslateFilesOptions, TranslationJob } from './translationJob.js';

/**
 * The file of a translation by a generator of other numbers than 8-bit pictures: in the units of its training, at the
 * depth that is asked for, and, as a TIFF, in the place on the earth of its image.
 *
 * @throws BadImageError for an image that it cannot take, and Pix2PixError where the format cannot hold the result
 */
export async function translatedNumbers(
  generator: Generator<ImageFile, ImageBatch>,
  { source, name, format }: TranslationJob,
  { depth: asked, quality = 95, tile, overlap, onTile, stop: signal }: TranslateFilesOptions,
  reading: { readonly admit: (pixels: number) => Promise<void>; readonly note: OnNote },
): Promise<Uint8Array> {
  const { input, output } = formatsOfGenerator(generator.info);
  if (input.kind === 'bytes') throw new Error('a generator of pictures');
  const { inputFolders, labelPalette: palette } = pixelOptions(generator.info.options);
  const folders = parseInputFolders(inputFolders);
  const beside = typeof source === 'string' ? besideFiles(source, folders) : refuseParts(folders);
  const { images, raster } = await readNumbers(source, name, input, beside, reading);
  const made = await generator.translate(images, { tile, overlap, onTile, signal });
  const depth = asked ?? usualDepth(format, output);
  const isShown = isLossy(format);
  if (!isShown) noteRounding(output, depth, reading.note);
  try {
    const units = toUnits(made, { format: output, input: raster, palette, depth, isShown });
    return await encodePicture({ ...units, tags: tagsOfResult(raster.tags ?? []) }, { format, quality });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const facts = { range: error.message, depth: String(depth) };
    throw new Pix2PixError('the range of the results is wider than 16 bits', facts, 'pass --depth float');
  }
}

function refuseParts(folders: readonly string[]): string[] {
  if (folders.length < 2) return [];
  throw new Pix2PixError(
    'the generator takes several files as one image',
    { input_folders: folders.join(',') },
    `give them as files in folders of these names, and name the one in ${folders[0]}`,
  );
}
