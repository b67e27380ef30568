import type { ImageBatch } from '../data/batch/imageBatch.js';
import { BadImageError } from '../data/decode/badImage.js';
import type { DeepImage } from '../data/decode/deepImage.js';
import type { DeepImageBatch } from './portable/generator.js';
import type { GeneratorInfo } from './portable/generatorInfo.js';

/**
 * A decoded image as the generator takes it: R, G, B, or luma where it takes one channel.
 * @param file what messages call the image
 * @throws BadImageError when it takes neither
 */
export function toChannels(
  { data, width, height }: DeepImage,
  { inputNc, name }: GeneratorInfo,
  file: string,
): ImageBatch | DeepImageBatch {
  if (inputNc !== 1 && inputNc !== 3) {
    throw new BadImageError(
      file,
      `the generator ${name} takes ${inputNc} channels, an image has 3 or 1`,
      'translate tensors with loadGenerator, in code',
    );
  }
  const channels = inputNc === 1 ? luma(data) : data;
  return { data: channels, shape: [1, height, width, inputNc] } as ImageBatch | DeepImageBatch;
}

/** ITU-R BT.601 luma, rounded, as training images are converted. */
function luma(rgb: Uint8Array | Uint16Array): Uint8Array | Uint16Array {
  const gray = new (rgb instanceof Uint16Array ? Uint16Array : Uint8Array)(rgb.length / 3);
  for (let i = 0; i < gray.length; i++) {
    gray[i] = Math.floor(0.299 * rgb[i * 3] + 0.587 * rgb[i * 3 + 1] + 0.114 * rgb[i * 3 + 2] + 0.5);
  }
  return gray;
}
