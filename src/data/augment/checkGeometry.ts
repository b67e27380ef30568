import { inPixels, type Sides } from '../../base/sides.js';
import { pixelSize, sidesOf } from '../../options/pixelSize.js';
import type { Geometry } from '../batch/geometry.js';
import { BadImageError } from '../decode/badImage.js';
import { MAX_PIXELS } from '../decode/limits.js';
import { isPadded, type PreparationOptions } from './preparationOptions.js';
import type { ImagePart } from './preparedImage.js';

/**
 * Checks, before anything is allocated, that an image becomes one that fits its batch and the networks.
 *
 * @throws BadImageError with advice that goes by the options in force
 */
export function checkGeometry(
  part: Pick<ImagePart, 'path' | 'size'>,
  { resized, output }: Geometry,
  opt: PreparationOptions,
): void {
  const { path } = part;
  const size = inPixels(part.size);
  if (!(resized.width > 0 && resized.height > 0 && resized.width * resized.height <= MAX_PIXELS)) {
    throw new BadImageError(
      path,
      `its ${size} pixels would become ${inPixels(resized)}`,
      'replace or remove the file, or choose another --preprocess',
    );
  }
  if (opt.preprocess.includes('crop')) checkCrop(path, resized, opt);
  else if (!isPadded(opt)) checkUnit(path, size, output, opt);
}

/** A crop that is wider than the image could be filled with black alone, which networks would learn. */
function checkCrop(
  path: string,
  { width, height }: Sides,
  { cropSize, imageUnit = 1 }: PreparationOptions,
): void {
  const crop = sidesOf(cropSize);
  if (width >= crop.width && height >= crop.height) return;
  const whole = (side: number) => Math.floor(side / imageUnit) * imageUnit;
  const side = Math.min(width, height);
  const fits =
    crop.width === crop.height
      ? { width: whole(side), height: whole(side) }
      : { width: whole(Math.min(width, crop.width)), height: whole(Math.min(height, crop.height)) };
  const isAny = fits.width > 0 && fits.height > 0;
  throw new BadImageError(
    path,
    `the crop is larger than the image: ${cropSize} of ${inPixels({ width, height })} pixels`,
    `pass --preprocess resize_and_crop${isAny ? `, or a smaller --crop_size: ${pixelSize(fits)} for this one` : ''}`,
  );
}

/** Where nothing is cropped, images have sizes of their own. */
function checkUnit(
  path: string,
  size: string,
  output: Sides,
  { preprocess, imageUnit = 1 }: PreparationOptions,
): void {
  if (output.width % imageUnit === 0 && output.height % imageUnit === 0) return;
  const nearest = (side: number) => Math.max(imageUnit, Math.round(side / imageUnit) * imageUnit);
  const wanted = { width: nearest(output.width), height: nearest(output.height) };
  const other =
    preprocess === 'none'
      ? `resize it to ${inPixels(wanted)}`
      : output.width === wanted.width
        ? 'pass --preprocess scale_width_and_crop'
        : `pass --load_size ${wanted.width}`;
  throw new BadImageError(
    path,
    `its ${size} pixels become ${inPixels(output)}, and the networks take multiples of ${imageUnit}`,
    `${other}, or pass --preprocess resize_and_crop or pad`,
  );
}
