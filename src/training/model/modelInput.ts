import type { ErrorFacts } from '../../base/errors/pix2pixError.js';
import { type Images, isFloat } from '../../data/batch/floatImages.js';
import { ShapeError } from '../../engine/ir/shapeError.js';
import type { ImageSize, InputDefinition } from '../../models/definition.js';

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

/** The images under the names that a model's programs have for them; those that it does not take are left out. */
export function byName(
  { real_A, real_B }: DirectedInput,
  inputs: readonly InputDefinition[],
): Readonly<Record<string, Images>> {
  const sides = [real_A, real_B];
  return Object.fromEntries(
    inputs.flatMap(({ name }, i): [string, Images][] => {
      const images = sides[i];
      return images === undefined ? [] : [[name, images]];
    }),
  );
}

/**
 * The size that a model's programs are built for.
 * @throws ShapeError when the images differ in size or kind, or have other channels than the model takes
 */
export function imageSizeOf(input: DirectedInput, inputs: readonly InputDefinition[]): ImageSize {
  const sides = Object.entries(byName(input, inputs)).map(([name, images], i) => {
    return { name, expected: inputs[i].channels, ...describe(images) };
  });
  const facts = Object.fromEntries(sides.map(({ name, text }) => [name, text]));
  for (const { name, channels, expected } of sides) requireChannels(name, channels, expected, facts);
  const [first, second] = sides;
  const keys = ['batch', 'height', 'width', 'format'] as const;
  if (second !== undefined && !keys.every((key) => first.size[key] === second.size[key])) {
    throw new ShapeError(
      `${first.name} and ${second.name} differ in size or kind`,
      facts,
      'give images of the same size, or pass --preprocess resize_and_crop',
    );
  }
  return first.size;
}

const FLAGS: Readonly<Record<string, string>> = { real_A: 'input_nc', real_B: 'output_nc' };

function requireChannels(name: string, found: number, expected: number, facts: ErrorFacts): void {
  if (found === expected) return;
  throw new ShapeError(
    `${name} has ${found} channels, the networks expect ${expected}`,
    facts,
    Object.hasOwn(FLAGS, name)
      ? `pass --${FLAGS[name]} ${found}, or convert the images`
      : 'convert the images',
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
