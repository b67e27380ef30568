import { type Images, isFloat } from '../data/floatImages.js';
import { ShapeError } from '../ir/shapeError.js';
import type { ImageSize } from '../models/definition.js';

/** What one step is given: a pair of image batches, as a data set yields them. */
export interface ModelInput {
  readonly A: Images;
  readonly B: Images;
  readonly APaths?: readonly string[];
  readonly BPaths?: readonly string[];
}

/** The same input for `--direction BtoA`. */
export function swapped({ A, B, APaths, BPaths }: ModelInput): ModelInput {
  return { A: B, B: A, APaths: BPaths, BPaths: APaths };
}

/**
 * The size that a model's programs are built for.
 * @throws ShapeError when A and B differ in size or kind, or have other channels than the networks take
 */
export function imageSizeOf({ A, B }: ModelInput, inputNc: number, outputNc: number): ImageSize {
  const [a, b] = [describe(A), describe(B)];
  const facts = { real_A: a.text, real_B: b.text };
  const agree = (['batch', 'height', 'width', 'format'] as const).every((key) => a.size[key] === b.size[key]);
  if (!agree)
    throw new ShapeError('real_A and real_B differ in size or kind', facts, 'give pairs of the same size');
  for (const [side, { channels }, flag, expected] of [
    ['real_A', a, 'input_nc', inputNc],
    ['real_B', b, 'output_nc', outputNc],
  ] as const) {
    if (channels === expected) continue;
    throw new ShapeError(
      `${side} has ${channels} channels, the networks expect ${expected}`,
      facts,
      `pass --${flag} ${channels}, or convert the images`,
    );
  }
  return a.size;
}

function describe(images: Images): { size: ImageSize; channels: number; text: string } {
  if (isFloat(images)) {
    const [batch, channels, height, width] = images.shape;
    return { size: { batch, height, width, format: 'f32' }, channels, text: `f32[${images.shape}]   NCHW` };
  }
  const [batch, height, width, channels] = images.shape;
  return { size: { batch, height, width, format: 'u8' }, channels, text: `u8[${images.shape}]   NHWC` };
}
