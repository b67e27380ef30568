import type { Emitter, LoweringContext } from '../ir/emitter.js';
import { subpixelConv, suitsSubpixel } from './subpixel.js';
import { winogradConv, winogradWeightGradient } from './winograd.js';

/**
 * ONNX forms of the three convolutions. Where a form is a matter of speed alone, `emit.choose` picks it per layer.
 */
interface Geometry {
  readonly stride: number;
  readonly padding: number;
}

/** Minimal filtering needs stride 1 and a square kernel of 3 to 5. */
function suitsWinograd(stride: number, [, , kh, kw]: readonly number[]): boolean {
  return stride === 1 && kh === kw && kh >= 3 && kh <= 5;
}

const square = (n: number): [number, number] => [n, n];
const allSides = (n: number): [number, number, number, number] => [n, n, n, n];

export function lowerConv(
  emit: Emitter,
  inputs: readonly string[],
  { attributes, inputTypes, type }: LoweringContext<Geometry>,
): string {
  const { stride, padding } = attributes;
  const [x, weight] = inputTypes.map(({ shape }) => shape);
  if (inputs.length === 2 && suitsWinograd(stride, weight)) {
    const geometry = { x, y: type.shape, kernel: weight[2], padding };
    const form = emit.choose(['direct', 'winograd']);
    if (form === 'winograd') return winogradConv(emit, inputs[0], inputs[1], geometry, false);
  }
  return emit.node('Conv', inputs, { strides: square(stride), pads: allSides(padding) });
}

type TransposeContext = LoweringContext<Geometry & { readonly size: readonly [number, number] }>;

export function lowerConvTranspose(
  emit: Emitter,
  inputs: readonly string[],
  context: TransposeContext,
): string {
  const { stride, padding, size } = context.attributes;
  const [, [, , kh, kw]] = context.inputTypes.map(({ shape }) => shape);
  if (stride === 1 && padding < Math.min(kh, kw)) {
    const suits = inputs.length === 2 && suitsWinograd(stride, context.inputTypes[1].shape);
    const form = emit.choose(suits ? ['transposed', 'flipped', 'winograd'] : ['transposed', 'flipped']);
    if (form === 'flipped') return flippedConv(emit, inputs, context);
    if (form === 'winograd') {
      const geometry = {
        x: context.inputTypes[0].shape,
        y: context.type.shape,
        kernel: kh,
        padding: kh - 1 - padding,
      };
      return winogradConv(emit, inputs[0], inputs[1], geometry, true);
    }
  }
  const [y, weight] = context.inputTypes.map(({ shape }) => shape);
  const subpixel = { y, weight, stride, padding, size };
  if (inputs.length === 2 && suitsSubpixel(subpixel)) {
    const form = emit.choose(['transposed', 'subpixel']);
    if (form === 'subpixel') return subpixelConv(emit, inputs[0], inputs[1], subpixel);
  }
  const [, , height, width] = context.inputTypes[0].shape;
  const extra = (extent: number, from: number, kernel: number) =>
    extent - ((from - 1) * stride - 2 * padding + kernel);
  return emit.node('ConvTranspose', inputs, {
    strides: square(stride),
    pads: allSides(padding),
    output_padding: [extra(size[0], height, kh), extra(size[1], width, kw)],
  });
}

/** Stride 1: a convolution with the kernel turned by 180 degrees and its channel axes exchanged. */
function flippedConv(
  emit: Emitter,
  [y, weight, ...bias]: readonly string[],
  context: TransposeContext,
): string {
  const [, [, , kh, kw]] = context.inputTypes.map(({ shape }) => shape);
  const { padding } = context.attributes;
  const exchanged = emit.node('Transpose', [weight], { perm: [1, 0, 2, 3] });
  const turned = reverse(emit, exchanged, [2, 3]);
  const [top, left] = [kh - 1 - padding, kw - 1 - padding];
  return emit.node('Conv', [y, turned, ...bias], { pads: [top, left, top, left] });
}

function reverse(emit: Emitter, x: string, axes: readonly number[]): string {
  const from = emit.ints(axes.map(() => -1));
  const to = emit.ints(axes.map(() => -(2 ** 31)));
  return emit.node('Slice', [x, from, to, emit.ints(axes), from]);
}

type WeightContext = LoweringContext<Geometry & { readonly kernel: readonly [number, number] }>;

export function lowerWeightGradient(
  emit: Emitter,
  inputs: readonly string[],
  context: WeightContext,
): string {
  switch (emit.choose(weightGradientForms(context))) {
    case 'channelsLast':
      return channelsLastConv(emit, inputs, context);
    case 'turned':
      return turnedConv(emit, inputs, context);
    case 'winograd': {
      const { padding, kernel } = context.attributes;
      const [x, y] = context.inputTypes.map(({ shape }) => shape);
      return winogradWeightGradient(emit, inputs[0], inputs[1], { x, y, kernel: kernel[0], padding });
    }
    default:
      return volumeConv(emit, inputs, context);
  }
}

type WeightGradientForm = 'volume' | 'channelsLast' | 'turned' | 'winograd';

function weightGradientForms({ attributes, type }: WeightContext): readonly WeightGradientForm[] {
  const { stride, padding, kernel } = attributes;
  if (stride > 1 || padding >= Math.min(...kernel)) return ['volume', 'channelsLast'];
  const turnable = ['volume', 'channelsLast', 'turned'] as const;
  return suitsWinograd(stride, type.shape) ? [...turnable, 'winograd'] : turnable;
}

/**
 * One 3-D convolution of x, read as a volume whose depth is its channels, by dy, whose elements stand `stride` apart:
 * the result at depth c is the correlation of channel c, and it has the weight's own layout. A 2-D convolution with
 * batch and channels exchanged computes the same, but as one small product for every channel.
 */
function volumeConv(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { stride, padding, kernel } = context.attributes;
  const [[batch, channels, height, width], [, out, rows, columns]] = context.inputTypes.map(
    ({ shape }) => shape,
  );
  const volume = emit.reshape(x, [1, batch, channels, height, width]);
  const kernels = emit.reshape(exchangeBatch(emit, dy, context.inputTypes[1].shape), [
    out,
    batch,
    1,
    rows,
    columns,
  ]);
  const full = emit.node('Conv', [volume, kernels], {
    dilations: [1, stride, stride],
    pads: [0, padding, padding, 0, padding, padding],
  });
  return emit.reshape(cropToKernel(emit, full, context, [3, 4]), [out, channels, ...kernel]);
}

/** Rows and columns that no product with dy leads to, because the stride left them over, are cut off. */
function cropToKernel(emit: Emitter, full: string, context: WeightContext, axes: readonly number[]): string {
  const { stride, padding, kernel } = context.attributes;
  const [x, dy] = context.inputTypes.map(({ shape }) => shape);
  const exact = [2, 3].every((axis, i) => x[axis] + 2 * padding - stride * (dy[axis] - 1) === kernel[i]);
  return exact ? full : emit.node('Slice', [full, emit.ints([0, 0]), emit.ints(kernel), emit.ints(axes)]);
}

/**
 * The same as `volumeConv` with the channels as the volume's last axis: the runtime gathers its patches in runs of all
 * channels instead of kernel widths. Pays where maps are large; the exchange of axes costs x and the weight a copy.
 */
function channelsLastConv(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { stride, padding, kernel } = context.attributes;
  const [[batch, channels, height, width], [, out, rows, columns]] = context.inputTypes.map(
    ({ shape }) => shape,
  );
  const maps = emit.reshape(x, [batch, channels, height * width]);
  const last = emit.node('Transpose', [maps], { perm: [0, 2, 1] });
  const volume = emit.reshape(last, [1, batch, height, width, channels]);
  const kernels = emit.reshape(exchangeBatch(emit, dy, context.inputTypes[1].shape), [
    out,
    batch,
    rows,
    columns,
    1,
  ]);
  const full = emit.node('Conv', [volume, kernels], {
    dilations: [stride, stride, 1],
    pads: [padding, padding, 0, padding, padding, 0],
  });
  const area = kernel[0] * kernel[1];
  const flat = emit.reshape(cropToKernel(emit, full, context, [2, 3]), [out, area, channels]);
  const first = emit.node('Transpose', [flat], { perm: [0, 2, 1] });
  return emit.reshape(first, [out, channels, ...kernel]);
}

/** [N, C, ...] to [C, N, ...]; of a single image the bytes stay as they are. */
function exchangeBatch(emit: Emitter, x: string, [batch, channels, ...rest]: readonly number[]): string {
  if (batch === 1) return emit.reshape(x, [channels, 1, ...rest]);
  return emit.node('Transpose', [x], { perm: [1, 0, 2, 3] });
}

/**
 * Stride 1: x slides over dy instead of dy over x, which gives the kernel turned by 180 degrees. With few output
 * channels the work is one product instead of a volume of patches.
 */
function turnedConv(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { padding, kernel } = context.attributes;
  const [images, errors] = context.inputTypes.map(({ shape }) => shape);
  const [top, left] = kernel.map((extent) => extent - 1 - padding);
  const turned = emit.node('Conv', [exchangeBatch(emit, dy, errors), exchangeBatch(emit, x, images)], {
    pads: [top, left, top, left],
  });
  return reverse(emit, turned, [2, 3]);
}
