import { checkGeometry } from '../augment/checkGeometry.js';
import { applyCutout } from '../augment/cutout.js';
import { imageAugmentation } from '../augment/imageAugmentation.js';
import type { PreparationOptions } from '../augment/preparationOptions.js';
import { preparePadded, sizeBeforePadding } from '../augment/preparedImage.js';
import { augmentation, planGeometry } from '../batch/geometry.js';
import type { Sample } from '../batch/sample.js';
import type { ImageReader } from '../cache/imageReader.js';
import { filesAt, type ImageFolder } from './imageFolder.js';
import type { SampleContext, SampleSource } from './sampleSource.js';

/**
 * Images without partners: A and B are the same one.
 *
 * Sources: the reference's data/single_dataset.py and, with a model that parts an image into lightness and colours,
 * data/colorization_dataset.py
 */
export class SingleSource implements SampleSource {
  constructor(
    private readonly opt: PreparationOptions,
    private readonly images: ImageFolder,
    private readonly reader: ImageReader,
  ) {}

  get length(): number {
    return this.images.names.length;
  }

  /** @throws BadImageError when the image at `index` cannot be used */
  async get(index: number, { epoch, seed, onNote }: SampleContext): Promise<Sample> {
    const { opt } = this;
    const files = filesAt(this.images, index);
    const { path } = files;
    const part = await this.reader.whole(files, opt.formats.A, onNote);
    const { angle, colour, cutout } = imageAugmentation(opt, seed, epoch, index);
    const chance = augmentation(opt, seed, epoch, index, part.size);
    const geometry = { ...planGeometry(opt, part.size, chance), angle };
    checkGeometry(part, geometry, opt);
    const image = await preparePadded(part, geometry, colour, opt);
    if (cutout !== undefined) applyCutout(image, cutout);
    return { A: image, B: image, APaths: [path], BPaths: [path], ...sizeBeforePadding(geometry, opt) };
  }
}
