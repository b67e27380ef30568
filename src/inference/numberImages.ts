import { prepareNumbers } from '../data/augment/preparedNumbers.js';
import type { FloatImages } from '../data/batch/floatImages.js';
import type { LabelsFormat, ValuesFormat } from '../data/batch/sideFormat.js';
import { BadImageError } from '../data/decode/badImage.js';
import type { OnNote } from '../data/decode/decodeNote.js';
import type { Raster } from '../data/raster/raster.js';
import { readRaster } from '../data/raster/readRaster.js';
import { picturesOf } from '../data/raster/readSide.js';
import type { ImageFile } from './loadGenerator.js';

/** The numbers of an image to translate, and the raster that they are from: the first of several. */
export interface NumberImage {
  readonly images: FloatImages;
  readonly raster: Raster;
}

/**
 * Reads an image of its own size as a generator sees it.
 * @param beside files whose channels come after its own
 * @throws BadImageError
 */
export async function readNumbers(
  source: ImageFile,
  name: string,
  format: ValuesFormat | LabelsFormat,
  beside: readonly string[],
  { admit, note }: { readonly admit?: (pixels: number) => Promise<void>; readonly note?: OnNote } = {},
): Promise<NumberImage> {
  const first = { name, raster: await readRaster(source, name, { admit }) };
  const others = await Promise.all(
    beside.map(async (path) => ({ name: path, raster: await readRaster(path, path) })),
  );
  const { width, height } = first.raster;
  const odd = others.find(({ raster }) => raster.width !== width || raster.height !== height);
  if (odd !== undefined)
    throw new BadImageError(odd.name, `it is of another size than ${name}`, 'give both the same size');
  const picture = picturesOf([first, ...others], format, note);
  const whole = { resized: picture, crop: undefined, output: { width, height }, flip: false };
  return { images: prepareNumbers(picture, format, whole, undefined), raster: first.raster };
}
