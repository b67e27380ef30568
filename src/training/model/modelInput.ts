import type { ErrorFacts } from '../../base/errors/pix2pixError.js';
import type { Sides } from '../../base/sides.js';
import { type FloatImages, type Images, isFloat } from '../../data/batch/floatImages.js';
import { fitImages } from '../../data/batch/padding.js';
import { ShapeError } from '../../engine/ir/shapeError.js';
import type { TensorArray } from '../../engine/runtime/tensorArray.js';
import type { InputDefinition } from '../../models/definition.js';
import type { ImageSize } from '../../models/images.js';

/** The input of one step: a pair of image batches, as a data set yields them. */
export interface ModelInput {
  readonly A: Images;
  readonly B: Images;
  /** The files that they come from. */
  readonly APaths?: readonly string[];
  readonly BPaths?: readonly string[];
  /** To what results are cut back: see `Sample`. */
  readonly size?: Sides;
  /** The images of the whole step, where other processes have some of them. Default: those given here. */
  readonly ofImages?: number;
}

/** Images under the names that a model's programs have for them. */
export interface BoundInput {
  /** In the order of the model's inputs; the first is the side that is translated. */
  readonly images: Readonly<Record<string, Images>>;
  /** The size that programs are built for. */
  readonly size: ImageSize;
  /** To what results are cut back; absent: they are as large as the images. */
  readonly cutTo?: Sides;
  /** The images of the whole step, in all processes. */
  readonly ofImages: number;
  /** The files of the images that are translated. */
  readonly paths: readonly string[];
}

/**
 * A and B in their roles by `--direction`; a side that the model does not take is left out.
 * @throws ShapeError when the images differ in size or kind, or have other channels than the model takes
 */
export function bindInput(
  { A, B, APaths = [], BPaths = [], ofImages, size: cutTo }: ModelInput,
  direction: 'AtoB' | 'BtoA',
  inputs: readonly InputDefinition[],
): BoundInput {
  const bound =
    direction === 'AtoB' ? bindImages([A, B], inputs, APaths) : bindImages([B, A], inputs, BPaths);
  return { ...bound, ...(cutTo && { cutTo }), ...(ofImages !== undefined && { ofImages }) };
}

/**
 * Images under the names of the inputs in whose places they are.
 * @throws ShapeError as `bindInput`
 */
export function bindImages(
  images: readonly Images[],
  inputs: readonly InputDefinition[],
  paths: readonly string[] = [],
): BoundInput {
  const sides = inputs.slice(0, images.length).map(({ name, channels: expected }, i) => {
    return { name, expected, images: images[i], ...describe(images[i]) };
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
  return {
    images: Object.fromEntries(sides.map((side) => [side.name, side.images])),
    size: first.size,
    ofImages: first.size.batch,
    paths,
  };
}

/** Results without the edges that were added to their images. */
export function cutBack(
  visuals: Readonly<Record<string, FloatImages>>,
  { cutTo }: BoundInput,
): Readonly<Record<string, FloatImages>> {
  if (cutTo === undefined) return visuals;
  return Object.fromEntries(
    Object.entries(visuals).map(([name, visual]) => [name, fitImages(visual, cutTo)]),
  );
}

/** The images' numbers, as a program takes them. */
export function tensorsOf({ images }: BoundInput): Record<string, TensorArray> {
  return Object.fromEntries(Object.entries(images).map(([name, { data }]) => [name, data]));
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
