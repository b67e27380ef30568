import type { FloatImages } from '../src/data/batch/floatImages.js';
import { toFloatImages } from '../src/data/batch/floatImages.js';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import { oneHot } from '../src/data/batch/oneHot.js';
import { type Show, showing } from '../src/data/batch/shownImage.js';
import type { ClassPalette } from '../src/inference/portable/classPalette.js';
import type { GeneratorInfo } from '../src/inference/portable/generatorInfo.js';
import { formatOptions, formatsOfGenerator, inputPalette } from '../src/inference/portable/imageFormats.js';
import { type Picture, pixelsOf, toBatch, toImageData } from './canvasImages.js';

/**
 * How the pictures of a page become what a generator takes, and what it makes pictures again: bytes, or numbers and labels as the
 * records of its training show them.
 */
export class PictureForm {
  /** The colours of the classes that it takes; undefined where it takes none. */
  readonly palette: ClassPalette | undefined;
  /** What goes through the generator. */
  readonly kind: 'uint8' | 'float';
  private readonly inputNc: number;
  private readonly show: Show;

  constructor(info: GeneratorInfo) {
    this.kind = formatsOfGenerator(info).input.kind === 'bytes' ? 'uint8' : 'float';
    this.palette = inputPalette(info);
    this.inputNc = info.inputNc;
    this.show = showing(formatOptions(info));
  }

  async read(picture: Picture): Promise<ImageBatch | FloatImages> {
    if (this.palette !== undefined) {
      const { data, width, height } = await pixelsOf(picture);
      return oneHot(this.palette.read(data), { channels: this.inputNc, width, height });
    }
    const bytes = await toBatch(picture, this.inputNc);
    return this.kind === 'uint8' ? bytes : toFloatImages(bytes);
  }

  picture(translation: ImageBatch | FloatImages): ImageData {
    const isFloat = translation.data instanceof Float32Array;
    return toImageData(
      isFloat ? this.show('fake_B', translation as FloatImages) : (translation as ImageBatch),
    );
  }
}
