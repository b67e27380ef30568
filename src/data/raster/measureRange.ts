import pLimit from 'p-limit';
import { counted } from '../../base/counted.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { ValueRange } from '../../options/valueRange.js';
import { BadImageError } from '../decode/badImage.js';
import { brief } from './brief.js';
import { isNone, type Raster, rangeOfType, typeName } from './raster.js';
import { colours, type ImageFiles, readRasters } from './readSide.js';

/** What the images of a side hold. */
export interface MeasuredRange {
  /** One pair for grey and for colours, whose proportions are colours too; one for each channel of others. */
  readonly range: ValueRange;
  /** `0 ... 4095 of 65535 (uint16)`, for people. */
  readonly text: string;
}

/** How the search for a range is told of. */
export interface MeasureSurroundings {
  readonly onProgress?: (text: string) => void;
  /** Told of images that cannot be used. */
  readonly onBad?: (error: BadImageError) => void;
}

/** Least and greatest number of each channel of one file of an image, and what its type is. */
interface Extremes {
  readonly low: number[];
  readonly high: number[];
  readonly type: string;
  readonly typeRange?: readonly [number, number];
}

const AT_ONCE = 4;
const INTERVAL = 2000;

/**
 * The least and the greatest numbers of all images of a side, files beside each other on their own. Numbers of no data,
 * NaN and infinity are passed over.
 *
 * @param filesAt where image `index` is
 * @param count of the images
 * @throws Pix2PixError where no image can be read, and where all numbers of a channel are one
 */
export async function measureRange(
  count: number,
  filesAt: (index: number) => ImageFiles,
  { onProgress = () => {}, onBad = () => {} }: MeasureSurroundings = {},
): Promise<MeasuredRange> {
  let found: readonly Extremes[] | undefined;
  let [done, told] = [0, Date.now()];
  await pLimit(AT_ONCE).map(
    Array.from({ length: count }, (_, i) => i),
    async (index) => {
      try {
        const rasters = await readRasters(filesAt(index));
        const extremes = rasters.map(({ raster }) => extremesOf(colours(raster)));
        found = found === undefined ? extremes : found.map((before, i) => wider(before, extremes[i]));
      } catch (error) {
        if (!(error instanceof BadImageError)) throw error;
        onBad(error);
      }
      done++;
      if (Date.now() - told < INTERVAL) return;
      told = Date.now();
      onProgress(`measuring the range of values: ${done} of ${counted(count, 'image')}`);
    },
  );
  if (found === undefined)
    throw new Pix2PixError(
      'no image can be measured for --value_range auto',
      { images: count },
      'replace the images',
    );
  return { range: found.flatMap(rangesOf), text: found.map(inWords).join('; ') };
}

function extremesOf(raster: Raster): Extremes {
  const { data, channels } = raster;
  const [low, high] = [
    Array(channels).fill(Number.POSITIVE_INFINITY),
    Array(channels).fill(Number.NEGATIVE_INFINITY),
  ];
  for (let c = 0; c < channels; c++) {
    for (let i = c; i < data.length; i += channels) {
      const number = data[i];
      if (isNone(number, raster) || !Number.isFinite(number)) continue;
      if (number < low[c]) low[c] = number;
      if (number > high[c]) high[c] = number;
    }
  }
  return { low, high, type: typeName(data), typeRange: rangeOfType(raster) };
}

/** Of images that differ in channels, which is found when their turn comes, those of the first. */
function wider(a: Extremes, b: Extremes): Extremes {
  return {
    ...a,
    low: a.low.map((low, c) => Math.min(low, b.low[c] ?? low)),
    high: a.high.map((high, c) => Math.max(high, b.high[c] ?? high)),
  };
}

/** A pair for each channel; the same for those of colours. */
function rangesOf({ low, high }: Extremes): [number, number][] {
  const areColours = low.length === 3;
  return low.map((_, c) => {
    const pair: [number, number] = areColours ? [Math.min(...low), Math.max(...high)] : [low[c], high[c]];
    if (pair[0] < pair[1]) return pair;
    throw new Pix2PixError(
      'a range cannot be measured',
      { channel: c, values: Number.isFinite(pair[0]) ? `all are ${pair[0]}` : 'there are none' },
      'pass the range that the values may have, as --value_range LOW,HIGH',
    );
  });
}

function inWords({ low, high, type, typeRange }: Extremes): string {
  const most = typeRange === undefined ? '' : ` of ${typeRange[1]}`;
  const pairs = low.length === 1 || low.length === 3 ? [[Math.min(...low), Math.max(...high)]] : undefined;
  const each = pairs ?? low.map((number, c) => [number, high[c]]);
  return `values reach from ${each.map(([a, b]) => `${brief(a)} to ${brief(b)}`).join(', ')}${most} (${type})`;
}
