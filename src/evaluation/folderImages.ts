import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { type FloatImages, toImageBatch, toLevels } from '../data/batch/floatImages.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { planar } from '../data/batch/planes.js';
import { showing } from '../data/batch/shownImage.js';
import { fitChannels } from '../data/raster/fitChannels.js';
import { pictureOfNumbers } from '../data/raster/pictureOfNumbers.js';
import { rangeOfType } from '../data/raster/raster.js';
import { readRaster } from '../data/raster/readRaster.js';
import { colours } from '../data/raster/readSide.js';
import { type NamedRaster, toValues } from '../data/raster/toPixels.js';
import type { ValueRange } from '../options/valueRange.js';
import { classesShown, type LabelSettings } from './labels.js';
import type { JudgedImage } from './subject.js';

/** The files of an image of a folder: what was made, what it should be, and what it was made of. */
export interface FoundPair {
  readonly name: string;
  readonly made: string;
  readonly wanted: string;
  readonly input?: string;
}

/** What the numbers of files mean. */
export interface NumberSettings {
  /** What becomes -1 and 1; absent: the range of a file's type. */
  readonly range?: ValueRange;
  readonly labels?: LabelSettings;
}

/**
 * Reads an image and its target as the numbers that they are, and shows them as a run of such images would be.
 * @throws BadImageError for files that cannot be read, and Pix2PixError where the two cannot be compared
 */
export async function readPair(
  { name, made, wanted, input }: FoundPair,
  { range, labels }: NumberSettings,
): Promise<JudgedImage> {
  const [output, target] = await Promise.all([read(made), read(wanted)]);
  const channels = channelsOf(output, target);
  const [a, b] = [output, target].map((each) => valuesOf(each, channels, range));
  const areBytes =
    range === undefined && [output, target].every(({ raster }) => raster.data instanceof Uint8Array);
  const compared = areBytes ? toImageBatch : toLevels;
  const show = showing({ inputNc: channels, outputNc: channels });
  return {
    name,
    made: compared(a),
    wanted: compared(b),
    pictures: {
      input: input === undefined ? undefined : pictureOf(await read(input)),
      output: show('fake_B', a),
      target: show('real_B', b),
    },
    classes: labels && { made: classesOfFile(output, labels), wanted: classesOfFile(target, labels) },
  };
}

async function read(path: string): Promise<NamedRaster> {
  return { name: path, raster: await readRaster(path, path) };
}

/** Those in which the two are compared: grey beside colours is repeated. */
function channelsOf(made: NamedRaster, wanted: NamedRaster): number {
  const size = ({ raster: { width, height } }: NamedRaster) => `${width} × ${height}`;
  if (size(made) !== size(wanted)) {
    throw new Pix2PixError(
      'an image and its target differ in size',
      { [made.name]: size(made), [wanted.name]: size(wanted) },
      'bring one to the size of the other: pix2pix dataset process',
    );
  }
  const counts = [made, wanted].map(({ raster }) => colours(raster).channels);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (least === most || (least === 1 && most === 3)) return most;
  throw new Pix2PixError(
    'an image and its target differ in channels',
    { [made.name]: counts[0], [wanted.name]: counts[1] },
    'save both with as many',
  );
}

function valuesOf(named: NamedRaster, channels: number, range?: ValueRange): FloatImages {
  const { name, raster } = named;
  if (range !== undefined && range.length > 1 && range.length !== channels) {
    throw new Pix2PixError(
      'there are other ranges than channels',
      { file: name, channels, ranges: range.length },
      'give one pair of numbers for all channels, or one for each',
    );
  }
  const fitted = fitChannels(raster, channels, name, 'its target');
  const format = { kind: 'values', channels, filter: 'bicubic', flag: '--output_nc', range } as const;
  const { data, width, height } = toValues({ name, raster: fitted }, format, 0);
  return { data: planar(data, channels), shape: [1, channels, height, width] };
}

/** Of numbers without a range, from the least to the greatest. */
function pictureOf(named: NamedRaster): ImageBatch {
  const plain = colours(named.raster);
  const { channels } = plain;
  if (rangeOfType(plain) !== undefined && (channels === 1 || channels === 3))
    return toImageBatch(valuesOf({ ...named, raster: plain }, channels));
  const { data, width, height, channels: shown } = pictureOfNumbers(plain);
  return { data, shape: [1, height, width, shown] };
}

/** The numbers of a file of one channel, whatever their colours are; or by the colours of `--palette`. */
function classesOfFile({ name, raster }: NamedRaster, labels: LabelSettings): ArrayLike<number> {
  if (labels.palette === undefined && raster.channels - Number(raster.hasAlpha ?? false) === 1)
    return raster.hasAlpha ? fitChannels(raster, 1, name, '').data : raster.data;
  const channels = colours(raster).channels;
  return classesShown(toImageBatch(valuesOf({ name, raster }, channels)), labels);
}
