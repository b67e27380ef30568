import { transformImage } from '../data/augment/transform.js';
import { augmentation, planGeometry } from '../data/batch/geometry.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { decodeImage } from '../data/decode/decode.js';
import type { TestOptions } from '../options/testOptions.js';

/**
 * One image file, the whole of it and no A|B pair, prepared for `Model.translate` as `pix2pix test` prepares its
 * images: resized and cropped by `--preprocess`, as greyscale where the networks take one channel.
 *
 * @param opt completed options of a test: see `completeOptions`
 * @returns u8[1, H, W, input_nc]
 * @throws BadImageError when the file is missing, damaged, too large or of an unknown format
 */
export async function loadImage(path: string, opt: TestOptions): Promise<ImageBatch> {
  const image = await decodeImage(path);
  const region = { left: 0, top: 0, width: image.width, height: image.height };
  const geometry = planGeometry(opt, region, augmentation(opt, opt.seed, 1, 0, region));
  const channels = opt.inputNc === 1 ? 1 : 3;
  const { width, height } = geometry.output;
  return {
    data: await transformImage(image, region, geometry, channels),
    shape: [1, height, width, channels],
  };
}
