import type { Algorithm } from '../ir/algorithm.js';
import type { Emitter } from '../ir/emitter.js';
import type { Shape } from '../ir/tensorType.js';
import {
  type ConvContext,
  cropToKernel,
  exchangeBatch,
  type TransposeContext,
  type WeightContext,
} from './convLowering.js';
import { interleavedPhases, suitsInterleaving } from './interleavedPhases.js';
import { subpixelConv, suitsSubpixel } from './subpixel.js';
import { winogradConv, winogradWeightGradient } from './winograd.js';

/*
 * Algorithms of the three convolutions besides the lowerings of `convLowering.ts`. Those that minimise products or
 * rearrange phases have no place for a bias: they apply where there are two operands.
 */

/** Minimal filtering needs stride 1 and a square kernel of 3 to 5. */
function suitsWinograd(stride: number, [, , kh, kw]: Shape): boolean {
  return stride === 1 && kh === kw && kh >= 3 && kh <= 5;
}

/** Algorithms of a convolution. */
export const convAlgorithms: readonly Algorithm<ConvContext['attributes']>[] = [
  {
    name: 'winograd',
    applies: ({ attributes: { stride }, inputTypes }) =>
      inputTypes.length === 2 && suitsWinograd(stride, inputTypes[1].shape),
    lower: (emit, [x, weight], { attributes: { padding }, inputTypes, type }) => {
      const [{ shape }, { shape: kernel }] = inputTypes;
      return winogradConv(emit, x, weight, { x: shape, y: type.shape, kernel: kernel[2], padding }, false);
    },
  },
];

/** Algorithms of a transposed convolution. */
export const convTransposeAlgorithms: readonly Algorithm<TransposeContext['attributes']>[] = [
  { name: 'flipped', applies: isFlippable, lower: flippedConv },
  {
    name: 'winograd',
    applies: (context) => {
      const { attributes, inputTypes } = context;
      return (
        inputTypes.length === 2 &&
        isFlippable(context) &&
        suitsWinograd(attributes.stride, inputTypes[1].shape)
      );
    },
    lower: (emit, [y, weight], { attributes, inputTypes, type }) => {
      const kernel = inputTypes[1].shape[2];
      const padding = kernel - 1 - attributes.padding;
      const geometry = { x: inputTypes[0].shape, y: type.shape, kernel, padding };
      return winogradConv(emit, y, weight, geometry, true);
    },
  },
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
  {
    name: 'winograd',
    applies: (context) => isTurnable(context) && suitsWinograd(context.attributes.stride, context.type.shape),
    lower: (emit, [x, dy], { attributes: { padding, kernel }, inputTypes }) => {
      const [images, errors] = inputTypes.map(({ shape }) => shape);
      return winogradWeightGradient(emit, x, dy, { x: images, y: errors, kernel: kernel[0], padding });
    },
  },
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
