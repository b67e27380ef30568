import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { readImageFile } from '../decode/decode.js';

/**
 * An image as shown: EXIF orientation applied, alpha dropped, 8-bit RGB.
 * @param fix the remedy when it cannot be decoded
 * @throws Pix2PixError where it cannot be read or decoded
 */
export async function decodeWhole(path: string, fix: string) {
  const file = await readImageFile(path);
  try {
    return await sharp(file)
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new Pix2PixError(
      'an image cannot be decoded',
      { file: JSON.stringify(path), decoder: (error as Error).message.split('\n')[0] },
      fix,
      { cause: error },
    );
  }
}
