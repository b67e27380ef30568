import { prepareNumbers } from '../data/augment/preparedNumbers.js';
import type { FloatImages } from '../data/batch/floatImages.js';
import { classColours } from '../data/batch/palette.js';
import { classesOf, NO_CLASS } from '../data/batch/shownImage.js';
import type { LabelsFormat, SideFormat, ValuesFormat } from '../data/batch/sideFormat.js';
import { BadImageError } from '../data/decode/badImage.js';
import { type NumberArray, type Raster, rangeOfType } from '../data/raster/raster.js';
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
  admit?: (pixels: number) => Promise<void>,
): Promise<NumberImage> {
  const first = { name, raster: await readRaster(source, name, { admit }) };
  const others = await Promise.all(
    beside.map(async (path) => ({ name: path, raster: await readRaster(path, path) })),
  );
  const { width, height } = first.raster;
  const odd = others.find(({ raster }) => raster.width !== width || raster.height !== height);
  if (odd !== undefined)
    throw new BadImageError(odd.name, `it is of another size than ${name}`, 'give both the same size');
  const picture = picturesOf([first, ...others], format);
  const whole = { resized: picture, crop: undefined, output: { width, height }, flip: false };
  return { images: prepareNumbers(picture, format, whole, undefined), raster: first.raster };
}

/** Of how many bits the numbers of a result are. */
export type NumberDepth = 8 | 16 | 'float';

/** Results as the numbers that they stand for, in the units of the training's images. */
export interface UnitOptions {
  readonly format: SideFormat;
  /** The numbers of the input, whose type says what the range is where none was measured. */
  readonly input: NumberArray;
  /** Colours of classes: see `--label_palette`. */
  readonly palette?: string;
  /** The number of pixels of no class. */
  readonly depth: NumberDepth;
}

/**
 * A translation, -1 ... 1, as numbers in units: those of classes, or of the range that was -1 ... 1 in training, rounded
 * where the depth asks for integers. Unsigned ones where the range has no negative numbers. Of a range that 8 bits do not
 * hold they are a picture: 0 is its least number and 255 its greatest.
 *
 * @throws RangeError of a range that 16 bits do not hold
 */
export function toUnits(
  { data, shape }: FloatImages,
  { format, input, palette, depth }: UnitOptions,
): Raster {
  const [, channels, height, width] = shape;
  if (format.kind === 'labels') {
    const none = format.ignored ?? NO_CLASS;
    const classes = classesOf({ data, shape }).map((label) => (label === NO_CLASS ? none : label));
    return { data: classes, width, height, channels: 1, palette: classColours(palette ?? '') };
  }
  const known = (format.kind === 'values' ? format.range : undefined) ?? [rangeOfType(input) ?? [0, 255]];
  const lowest = Math.min(...known.map(([low]) => low));
  const highest = Math.max(...known.map(([, high]) => high));
  const isPicture = depth === 8 && (lowest < 0 || highest > 0xff);
  const numbers = arrayFor(depth, lowest, highest, data.length);
  const area = width * height;
  for (let c = 0; c < channels; c++) {
    const [low, high] = isPicture ? [0, 0xff] : known[known.length === 1 ? 0 : c];
    for (let i = 0; i < area; i++) {
      const unit = low + ((limited(data[c * area + i]) + 1) / 2) * (high - low);
      numbers[i * channels + c] = depth === 'float' ? unit : Math.round(unit);
    }
  }
  return { data: numbers, width, height, channels };
}

function arrayFor(depth: NumberDepth, lowest: number, highest: number, length: number): NumberArray {
  if (depth === 'float') return new Float32Array(length);
  if (depth === 8) return new Uint8Array(length);
  if (lowest >= 0 && highest <= 0xffff) return new Uint16Array(length);
  if (lowest >= -0x8000 && highest <= 0x7fff) return new Int16Array(length);
  throw new RangeError(`${lowest} to ${highest}`);
}

const limited = (value: number) => Math.max(-1, Math.min(1, value));
