import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { SideFormat } from '../data/batch/sideFormat.js';
import { BadImageError } from '../data/decode/badImage.js';
import type { DeepImage } from '../data/decode/deepImage.js';
import type { DeepImageBatch } from './portable/generator.js';
import type { GeneratorInfo } from './portable/generatorInfo.js';
import { formatsOfGenerator } from './portable/imageFormats.js';

/**
 * A decoded image as the generator takes it: R, G, B, or luma where it takes one channel.
 * @param file what messages call the image
 * @throws BadImageError when the generator is not one of pictures to pictures
 */
export function toChannels(
  { data, width, height }: DeepImage,
  info: GeneratorInfo,
  file: string,
): ImageBatch | DeepImageBatch {
  requirePictures(info, file);
  const { inputNc } = info;
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

/** Labels, and numbers in units of their own, would be taken for colours: the results would be wrong, and look right. */
function requirePictures(info: GeneratorInfo, file: string): void {
  const oddity = oddityOf(info);
  if (oddity === undefined) return;
  throw new BadImageError(
    file,
    `the generator ${info.name} ${oddity}`,
    'use pix2pix translate, or loadGenerator with tensors, in code',
  );
}

/** What keeps a generator from being one of pictures to pictures: `takes labels, which are no colours`; undefined of most. */
export function oddityOf(
  generator: Pick<GeneratorInfo, 'inputNc' | 'outputNc' | 'options'>,
): string | undefined {
  const { input, output } = formatsOfGenerator(generator);
  const [taken, made] = [oddityOfSide(input), oddityOfSide(output)];
  if (taken !== undefined) return `takes ${taken}`;
  return made === undefined ? undefined : `makes ${made}`;
}

/** What a side has that a picture has not. */
export function oddityOfSide(side: SideFormat): string | undefined {
  if (side.kind === 'labels') return 'labels, which are no colours';
  if (side.channels !== 1 && side.channels !== 3) return `${side.channels} channels, an image has 3 or 1`;
  return side.kind === 'values' && side.range !== undefined ? 'numbers of a range of its own' : undefined;
}
