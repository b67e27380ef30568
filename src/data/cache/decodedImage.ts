import type { Sides } from '../../base/sides.js';
import { filterOf } from '../augment/preparedNumbers.js';
import { resizeRegion } from '../augment/transform.js';
import type { Pixels, Region } from '../batch/pixels.js';
import { resample } from '../batch/resample.js';
import type { SideFormat } from '../batch/sideFormat.js';
import { decodeImage } from '../decode/decode.js';
import type { OnNote } from '../decode/decodeNote.js';
import { type ImageFiles, picturesOf, readRasters } from '../raster/readSide.js';

/** An image in memory, of which parts are asked for at other sizes. */
export interface DecodedImage extends Sides {
  /** @param channels of bytes: luma or colours */
  resized(region: Region, to: Sides, format: SideFormat, channels: 1 | 3): Promise<Pixels>;
}

/**
 * Decodes an image as its formats need it: as 8 bits, or as the numbers of its files.
 * @throws BadImageError
 */
export async function decodeFiles(
  files: ImageFiles,
  formats: readonly SideFormat[],
  onNote: OnNote,
): Promise<DecodedImage> {
  if (formats.every(({ kind }) => kind === 'bytes')) {
    const image = await decodeImage(files.path, onNote);
    const { width, height } = image;
    return { width, height, resized: (region, to, _, channels) => resizeRegion(image, region, to, channels) };
  }
  const rasters = await readRasters(files);
  const { width, height } = rasters[0].raster;
  return {
    ...{ width, height },
    resized: async (region, to, format) => {
      if (format.kind === 'bytes') throw new Error('bytes and numbers in one image');
      return resample(picturesOf(rasters, format, onNote), region, to, filterOf(format));
    },
  };
}
