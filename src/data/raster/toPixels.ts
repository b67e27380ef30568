import type { Pixels } from '../batch/pixels.js';
import { NO_CLASS } from '../batch/shownImage.js';
import type { LabelsFormat, ValuesFormat } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import { noteOutside, type OnNote } from '../decode/decodeNote.js';
import { notFinite } from './notFinite.js';
import { isNone, type Raster, rangeOfType, typeName } from './raster.js';

/** A raster of a file, and what messages call the file. */
export interface NamedRaster {
  readonly name: string;
  readonly raster: Raster;
}

/**
 * The numbers of a raster as networks see them, -1 ... 1: what lies outside of the range is clipped, and where there is no
 * number (GDAL_NODATA) it is the lowest.
 *
 * @param first the place of its first channel among those of its side
 * @param onNote told of a channel of which all lies outside
 * @throws BadImageError for a type whose range is not known, and for NaN and infinity, with their place
 */
export function toValues(
  { name, raster }: NamedRaster,
  { range }: ValuesFormat,
  first: number,
  onNote: OnNote = () => {},
): Pixels<Float32Array> {
  const { data, width, height, channels } = raster;
  const values = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) {
    const [low, high] = range?.[range.length === 1 ? 0 : first + c] ?? knownRange(name, raster);
    const scale = 2 / (high - low);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = c; i < data.length; i += channels) {
      const number = data[i];
      const isMissing = isNone(number, raster);
      if (!isMissing && !Number.isFinite(number))
        throw new BadImageError(name, notFinite(raster)!, 'replace what is no number');
      values[i] = isMissing ? -1 : Math.max(-1, Math.min(1, (number - low) * scale - 1));
      if (isMissing) continue;
      if (number < least) least = number;
      if (number > most) most = number;
    }
    noteOutside([least, most], [low, high], onNote);
  }
  return { data: values, width, height, channels };
}

function knownRange(name: string, raster: Raster): readonly [number, number] {
  const range = rangeOfType(raster);
  if (range !== undefined) return range;
  throw new BadImageError(
    name,
    `its numbers are ${typeName(raster.data)}, which have no agreed range`,
    'pass --value_range auto, or the range as --value_range LOW,HIGH',
  );
}

/**
 * The numbers of classes as bytes.
 * @throws BadImageError for images of several channels, and for numbers that are of no class, with their place
 */
export function toLabels(
  { name, raster }: NamedRaster,
  { channels: classes, ignored }: LabelsFormat,
): Pixels<Uint8Array> {
  const { data, width, height, channels } = raster;
  if (channels !== 1) {
    throw new BadImageError(
      name,
      `it has ${channels} channels, and labels are the numbers of classes`,
      'save it as grey, or with a palette',
    );
  }
  const labels = new Uint8Array(data.length);
  for (const [i, number] of data.entries()) {
    const isClass = number !== ignored && Number.isInteger(number) && number >= 0 && number < classes;
    if (!isClass && number !== ignored) {
      const place = `(${i % width}, ${Math.floor(i / width)})`;
      const couldBeClass = Number.isInteger(number) && number >= 0 && number < NO_CLASS;
      const more = couldBeClass
        ? `pass --label_nc ${number + 1}, or correct it`
        : 'correct it: classes are 0, 1, 2 and so on';
      throw new BadImageError(
        name,
        `it holds ${number} at ${place}, and --label_nc ${classes} has the classes 0 to ${classes - 1}`,
        number === 255 ? 'pass --ignore_label 255, or correct it' : more,
      );
    }
    labels[i] = isClass ? number : NO_CLASS;
  }
  return { data: labels, width, height, channels: 1 };
}
