import { prepare } from '../data/augment/preparedImage.js';
import type { Images } from '../data/batch/floatImages.js';
import { augmentation, planGeometry } from '../data/batch/geometry.js';
import { formatsOf } from '../data/batch/sideFormat.js';
import { ImageReader } from '../data/cache/imageReader.js';
import type { TestOptions } from '../options/testOptions.js';

/**
 * One image file, the whole of it and no A|B pair, prepared for `Model.translate` as `pix2pix test` prepares its
 * images: resized and cropped by `--preprocess`, as greyscale where the networks take one channel.
 *
 * @param opt completed options of a test: see `completeOptions`
 * @returns u8[1, H, W, input_nc], or f32[1, input_nc, H, W] where the run's images are other than 8 bits of grey or colours
 * @throws BadImageError when the file is missing, damaged, too large or of an unknown format
 */
export async function loadImage(path: string, opt: TestOptions): Promise<Images> {
  const part = await new ImageReader().whole({ path }, formatsOf(opt).input);
  const geometry = planGeometry(opt, part.size, augmentation(opt, opt.seed, 1, 0, part.size));
  return prepare(part, geometry, undefined);
}
