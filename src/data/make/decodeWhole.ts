import sharp from 'sharp';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/**
 * An image as shown: EXIF orientation applied, alpha dropped, 8-bit RGB.
 * @param fix what to do when it cannot be decoded, which throws Pix2PixError
 */
export async function decodeWhole(path: string, fix: string) {
  try {
    return await sharp(path)
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
