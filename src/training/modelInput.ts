import { type Images, isFloat } from '../data/floatImages.js';
import type { ErrorFacts } from '../errors/pix2pixError.js';
import { ShapeError } from '../ir/shapeError.js';
import type { ImageSize } from '../models/definition.js';

/** What one step is given: a pair of image batches, as a data set yields them. */
export interface ModelInput {
  readonly A: Images;
  readonly B: Images;
  /** The files that they come from. */
  readonly APaths?: readonly string[];
  readonly BPaths?: readonly string[];
}

/** The input by its roles: what is translated, and what that should become where it is known. */
export interface DirectedInput {
  readonly real_A: Images;
  readonly real_B?: Images;
  readonly paths: readonly string[];
}

/** A and B in their roles by `--direction`. */
export function directed(
  { A, B, APaths = [], BPaths = [] }: ModelInput,
  direction: 'AtoB' | 'BtoA',
): DirectedInput {
  return direction === 'AtoB'
    ? { real_A: A, real_B: B, paths: APaths }
    : { real_A: B, real_B: A, paths: BPaths };
}

/**
 * The size that a model's programs are built for.
 * @throws ShapeError when the two differ in size or kind, or have other channels than the networks take
 */
export function imageSizeOf(
  input: DirectedInput,
  channels: { inputNc: number; outputNc: number },
): ImageSize {
  const realA = describe(input.real_A);
  const realB = input.real_B && describe(input.real_B);
  const facts = { real_A: realA.text, ...(realB && { real_B: realB.text }) };
  requireChannels('input_nc', realA.channels, channels.inputNc, facts);
  if (realB === undefined) return realA.size;
  requireChannels('output_nc', realB.channels, channels.outputNc, facts);
  const keys = ['batch', 'height', 'width', 'format'] as const;
  if (!keys.every((key) => realA.size[key] === realB.size[key])) {
    throw new ShapeError('real_A and real_B differ in size or kind', facts, 'give pairs of the same size');
  }
  return realA.size;
}

function requireChannels(
  flag: 'input_nc' | 'output_nc',
  found: number,
  expected: number,
  facts: ErrorFacts,
): void {
  if (found === expected) return;
  const image = flag === 'input_nc' ? 'real_A' : 'real_B';
  throw new ShapeError(
    `${image} has ${found} channels, the networks expect ${expected}`,
    facts,
    `pass --${flag} ${found}, or convert the images`,
  );
}

function describe(images: Images): { size: ImageSize; channels: number; text: string } {
  if (isFloat(images)) {
    const [batch, channels, height, width] = images.shape;
    return { size: { batch, height, width, format: 'f32' }, channels, text: `f32[${images.shape}]   NCHW` };
  }
  const [batch, height, width, channels] = images.shape;
  return { size: { batch, height, width, format: 'u8' }, channels, text: `u8[${images.shape}]   NHWC` };
}
