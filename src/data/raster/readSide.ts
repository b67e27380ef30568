import { inPixels } from '../../base/sides.js';
import type { PixelData, Pixels } from '../batch/pixels.js';
import type { LabelsFormat, ValuesFormat } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import type { OnNote } from '../decode/decodeNote.js';
import { fitChannels } from './fitChannels.js';
import { joinChannels } from './joinChannels.js';
import type { Raster } from './raster.js';
import { readRaster } from './readRaster.js';
import { type NamedRaster, toLabels, toValues } from './toPixels.js';

/** Where an image is: a file, and files of the same name whose channels come after its own. */
export interface ImageFiles {
  readonly path: string;
  readonly beside?: readonly string[];
}

/** The rasters of an image's files. Throws BadImageError where they differ in size. */
export async function readRasters({ path, beside = [] }: ImageFiles): Promise<NamedRaster[]> {
  const all = await Promise.all(
    [path, ...beside].map(async (name) => ({ name, raster: await readRaster(name, name) })),
  );
  const [first] = all;
  const odd = all.find(({ raster }) => inPixels(raster) !== inPixels(first.raster));
  if (odd === undefined) return all;
  throw new BadImageError(
    odd.name,
    `it has ${inPixels(odd.raster)} pixels, and ${first.name} beside it ${inPixels(first.raster)}`,
    'give both the same size',
  );
}

/**
 * The rasters of an image as one picture, as its side's networks see it.
 * @throws BadImageError for other channels, and as `toValues` and `toLabels`
 */
export function picturesOf(
  rasters: readonly NamedRaster[],
  format: ValuesFormat | LabelsFormat,
  onNote?: OnNote,
): Pixels<PixelData> {
  const [first] = rasters;
  if (format.kind === 'labels') return toLabels(first, format);
  const { flag } = format;
  if (rasters.length === 1) {
    const raster = fitChannels(first.raster, format.channels, first.name, flag);
    return toValues({ ...first, raster }, format, 0, onNote);
  }
  const plain = rasters.map(({ name, raster }) => ({ name, raster: colours(raster) }));
  const counts = plain.map(({ raster }) => raster.channels);
  const found = counts.reduce((sum, count) => sum + count);
  if (found !== format.channels) {
    throw new BadImageError(
      first.name,
      `it and the files beside it have ${counts.join(' + ')} channels, and ${flag} asks for ${format.channels}`,
      `leave a folder out, or train with ${flag} ${found}`,
    );
  }
  let before = 0;
  const pictures = plain.map((named, i) => {
    const values = toValues(named, format, before, onNote);
    before += counts[i];
    return values;
  });
  const data = joinChannels(
    pictures.map((picture) => picture.data),
    counts,
  ) as Float32Array;
  return { ...pictures[0], data, channels: found };
}

/** Its channels without opacity, and colours where it has a palette. */
export function colours(raster: Raster): Raster {
  const channels = raster.palette !== undefined ? 3 : raster.channels - Number(raster.hasAlpha ?? false);
  return fitChannels(raster, channels, '', '');
}
