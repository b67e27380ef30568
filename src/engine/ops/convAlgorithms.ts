import type { Algorithm } from '../ir/algorithm.js';
import type { Emitter } from '../ir/emitter.js';
import {
  type ConvContext,
  cropToKernel,
  exchangeBatch,
  type TransposeContext,
  type WeightContext,
} from './convLowering.js';
import { interleavedPhases, suitsInterleaving } from './interleavedPhases.js';
import { subpixelConv, suitsSubpixel } from './subpixel.js';
import { winogradConv, winogradConvTranspose, winogradWeightGradient } from './winograd.js';

/*
 * Algorithms of the three convolutions besides the lowerings of `convLowering.ts`. Those that minimise products or
 * rearrange phases have no place for a bias: they apply where there are two operands.
 */

/** Minimal filtering at stride 1 and at larger ones, between which rules choose differently. */
interface Filtering {
  readonly name: string;
  /** @param taps those of a row of the kernel that belong to one phase; fewer save nothing */
  suits(stride: number, taps: number): boolean;
}

const FILTERINGS: readonly Filtering[] = [
  { name: 'winograd', suits: (stride, taps) => stride === 1 && [3, 4, 5].includes(taps) },
  { name: 'stridedWinograd', suits: (stride, taps) => stride > 1 && [2, 3, 4, 5].includes(taps) },
];

function isFilterable({ suits }: Filtering, stride: number, [kh, kw]: readonly number[]): boolean {
  return kh === kw && suits(stride, kh / stride);
}

/** Algorithms of a convolution. */
export const convAlgorithms: readonly Algorithm<ConvContext['attributes']>[] = FILTERINGS.map(
  (filtering) => ({
    name: filtering.name,
    applies: ({ attributes: { stride, padding }, inputTypes }) =>
      inputTypes.length === 2 &&
      padding >= stride - 1 &&
      isFilterable(filtering, stride, inputTypes[1].shape.slice(2)),
    lower: (emit, [x, weight], { attributes, inputTypes, type }) => {
      const [{ shape }, { shape: kernel }] = inputTypes;
      return winogradConv(emit, x, weight, { x: shape, y: type.shape, kernel: kernel[2], ...attributes });
    },
  }),
);

/** Algorithms of a transposed convolution. */
export const convTransposeAlgorithms: readonly Algorithm<TransposeContext['attributes']>[] = [
  { name: 'flipped', applies: isFlippable, lower: flippedConv },
  ...FILTERINGS.map(
    (filtering): Algorithm<TransposeContext['attributes']> => ({
      name: filtering.name,
      applies: ({ attributes: { stride, padding }, inputTypes }) => {
        const kernel = inputTypes[1].shape.slice(2);
        return inputTypes.length === 2 && padding < kernel[0] && isFilterable(filtering, stride, kernel);
      },
      lower: (emit, [y, weight], { attributes, inputTypes, type }) => {
        const [{ shape }, { shape: kernel }] = inputTypes;
        const geometry = { ...attributes, x: type.shape, y: shape, kernel: kernel[2] };
        return winogradConvTranspose(emit, y, weight, geometry);
      },
    }),
  ),
  {
    name: 'subpixel',
    applies: (context) => context.inputTypes.length === 2 && suitsSubpixel(subpixelGeometry(context)),
    lower: (emit, [y, weight], context) => subpixelConv(emit, y, weight, subpixelGeometry(context)),
  },
  {
    name: 'phases',
    applies: (context) => context.inputTypes.length === 2 && suitsInterleaving(subpixelGeometry(context)),
    lower: (emit, [y, weight], context) => interleavedPhases(emit, y, weight, subpixelGeometry(context)),
  },
];

/** Algorithms of a weight’s gradient. */
export const weightGradientAlgorithms: readonly Algorithm<WeightContext['attributes']>[] = [
  { name: 'channelsLast', applies: () => true, lower: channelsLastConv },
  { name: 'turned', applies: isTurnable, lower: turnedConv },
  ...FILTERINGS.map(
    (filtering): Algorithm<WeightContext['attributes']> => ({
      name: filtering.name,
      applies: ({ attributes: { stride, padding, kernel } }) =>
        padding >= stride - 1 && isFilterable(filtering, stride, kernel),
      lower: (emit, [x, dy], { attributes: { kernel, ...attributes }, inputTypes }) => {
        const [images, errors] = inputTypes.map(({ shape }) => shape);
        return winogradWeightGradient(emit, x, dy, {
          ...attributes,
          x: images,
          y: errors,
          kernel: kernel[0],
        });
      },
    }),
  ),
];

function isFlippable({ attributes: { stride, padding }, inputTypes }: TransposeContext): boolean {
  return stride === 1 && padding < Math.min(...inputTypes[1].shape.slice(2));
}

/** Stride 1: a convolution with the kernel turned by 180 degrees and its channel axes exchanged. */
function flippedConv(
  emit: Emitter,
  [y, weight, ...bias]: readonly string[],
  { attributes: { padding }, inputTypes }: TransposeContext,
): string {
  const [, [, , kh, kw]] = inputTypes.map(({ shape }) => shape);
  const exchanged = emit.node('Transpose', [weight], { perm: [1, 0, 2, 3] });
  const turned = reverse(emit, exchanged, [2, 3]);
  const [top, left] = [kh - 1 - padding, kw - 1 - padding];
  return emit.node('Conv', [y, turned, ...bias], { pads: [top, left, top, left] });
}

function subpixelGeometry({ attributes, inputTypes }: TransposeContext) {
  const [y, weight] = inputTypes.map(({ shape }) => shape);
  return { y, weight, ...attributes };
}

/**
 * The same as `lowerWeightGradient` with the channels as the volume's last axis: the runtime gathers its patches in
 * runs of all channels instead of kernel widths. Pays where maps are large; the exchange of axes costs x and the
 * weight a copy.
 */
function channelsLastConv(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { stride, padding, kernel } = context.attributes;
  const [[batch, channels, height, width], errors] = context.inputTypes.map(({ shape }) => shape);
  const [, out, rows, columns] = errors;
  const maps = emit.reshape(x, [batch, channels, height * width]);
  const last = emit.node('Transpose', [maps], { perm: [0, 2, 1] });
  const volume = emit.reshape(last, [1, batch, height, width, channels]);
  const kernels = emit.reshape(exchangeBatch(emit, dy, errors), [out, batch, rows, columns, 1]);
  const full = emit.node('Conv', [volume, kernels], {
    dilations: [stride, stride, 1],
    pads: [padding, padding, 0, padding, padding, 0],
  });
  const area = kernel[0] * kernel[1];
  const flat = emit.reshape(cropToKernel(emit, full, context, [2, 3]), [out, area, channels]);
  const first = emit.node('Transpose', [flat], { perm: [0, 2, 1] });
  return emit.reshape(first, [out, channels, ...kernel]);
}

function isTurnable({ attributes: { stride, padding, kernel } }: WeightContext): boolean {
  return stride === 1 && padding < Math.min(...kernel);
}

/**
 * Stride 1: x slides over dy instead of dy over x, which gives the kernel turned by 180 degrees. With few output
 * channels the work is one product instead of a volume of patches.
 */
function turnedConv(
  emit: Emitter,
  [x, dy]: readonly string[],
  { attributes: { padding, kernel }, inputTypes }: WeightContext,
): string {
  const [images, errors] = inputTypes.map(({ shape }) => shape);
  const [top, left] = kernel.map((extent) => extent - 1 - padding);
  const turned = emit.node('Conv', [exchangeBatch(emit, dy, errors), exchangeBatch(emit, x, images)], {
    pads: [top, left, top, left],
  });
  return reverse(emit, turned, [2, 3]);
}

function reverse(emit: Emitter, x: string, axes: readonly number[]): string {
  const from = emit.ints(axes.map(() => -1));
  const to = emit.ints(axes.map(() => -(2 ** 31)));
  return emit.node('Slice', [x, from, to, emit.ints(axes), from]);
}
