import type { Emitter, LoweringContext } from '../ir/emitter.js';

/**
 * ONNX forms of the three convolutions. Where a form is a matter of speed alone, `emit.choose` picks it per layer.
 */
interface Geometry {
  readonly stride: number;
  readonly padding: number;
}

const square = (n: number): [number, number] => [n, n];
const allSides = (n: number): [number, number, number, number] => [n, n, n, n];

export function lowerConv(
  emit: Emitter,
  inputs: readonly string[],
  { attributes }: LoweringContext<Geometry>,
) {
  const { stride, padding } = attributes;
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
  const even = size.every((extent) => extent % 2 === 0);
  if (stride === 1 && padding < Math.min(kh, kw)) {
    const form = emit.choose(['transposed', 'flipped']);
    if (form === 'flipped') return flippedConv(emit, inputs, context);
  }
  if (stride === 2 && padding === 1 && kh === 4 && kw === 4 && even) {
    const form = emit.choose(['transposed', 'subpixel']);
    if (form === 'subpixel') return subpixelConv(emit, inputs, context);
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

/**
 * 4×4, stride 2, padding 1: every output row 2g - 1 or 2g is made of input rows g - 1 and g alone, so one 2×2
 * convolution over the g of both axes makes all four phases as channels, and DepthToSpace interleaves them
 * (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"). Tap t of phase r is kernel row
 * 2 (1 - t) + r.
 */
function subpixelConv(
  emit: Emitter,
  [y, weight, ...bias]: readonly string[],
  context: TransposeContext,
): string {
  const [, [inputs, outputs]] = context.inputTypes.map(({ shape }) => shape);
  const [height, width] = context.attributes.size;
  const split = emit.reshape(weight, [inputs, outputs, 2, 2, 2, 2]); // [in, out, 1 - t, r, 1 - u, s]
  const taps = reverse(emit, split, [2, 4]);
  const phases = emit.node('Transpose', [taps], { perm: [3, 5, 1, 0, 2, 4] }); // [r, s, out, in, t, u]
  const kernel = emit.reshape(phases, [4 * outputs, inputs, 2, 2]);
  const stacked = emit.node('Conv', [y, kernel], { pads: [1, 1, 1, 1] });
  const interleaved = emit.node('DepthToSpace', [stacked], { blocksize: 2 });
  const bounds = [emit.ints([1, 1]), emit.ints([height + 1, width + 1]), emit.ints([2, 3])];
  const inner = emit.node('Slice', [interleaved, ...bounds]);
  return bias.length === 0 ? inner : emit.node('Add', [inner, emit.reshape(bias[0], [1, outputs, 1, 1])]);
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
  const form = emit.choose(['dilated', 'gemm']);
  return form === 'gemm' ? imageToColumns(emit, inputs, context) : dilatedConv(emit, inputs, context);
}

/** Correlates x with dy, whose elements stand `stride` apart: batch and channels change places. */
function dilatedConv(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { stride, padding, kernel } = context.attributes;
  const exchange = { perm: [1, 0, 2, 3] };
  const images = exchangeBatch(emit, x, context.inputTypes[0].shape);
  const kernels = exchangeBatch(emit, dy, context.inputTypes[1].shape);
  const full = emit.node('Conv', [images, kernels], { dilations: square(stride), pads: allSides(padding) });
  const bounds = [emit.ints([0, 0]), emit.ints(kernel), emit.ints([2, 3])];
  const [extentH, extentW] = [2, 3].map(
    (axis) =>
      context.inputTypes[0].shape[axis] + 2 * padding - stride * (context.inputTypes[1].shape[axis] - 1),
  );
  const exact = extentH === kernel[0] && extentW === kernel[1];
  return emit.node('Transpose', [exact ? full : emit.node('Slice', [full, ...bounds])], exchange);
}

/** [N, C, ...] to [C, N, ...]; of a single image the bytes stay as they are. */
function exchangeBatch(emit: Emitter, x: string, [batch, channels, ...rest]: readonly number[]): string {
  if (batch === 1) return emit.reshape(x, [channels, 1, ...rest]);
  return emit.node('Transpose', [x], { perm: [1, 0, 2, 3] });
}

/** Gathers the patches of x as a matrix and multiplies: the product has the weight's own layout. */
function imageToColumns(emit: Emitter, [x, dy]: readonly string[], context: WeightContext): string {
  const { stride, padding, kernel } = context.attributes;
  const [batch, channels, height, width] = context.inputTypes[0].shape;
  const [, out, rows, columns] = context.inputTypes[1].shape;
  const padded =
    padding === 0
      ? x
      : emit.node('Pad', [x, emit.ints([0, 0, padding, padding, 0, 0, padding, padding]), emit.float(0)]);
  const patches: string[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const to = [i + (rows - 1) * stride + 1, j + (columns - 1) * stride + 1];
      const last = [height + 2 * padding, width + 2 * padding];
      const end = to.map((t, axis) => Math.min(t, last[axis]));
      const steps = emit.ints([stride, stride]);
      const tap = emit.node('Slice', [padded, emit.ints([i, j]), emit.ints(end), emit.ints([2, 3]), steps]);
      patches.push(emit.reshape(tap, [batch, channels, 1, rows * columns]));
    }
  }
  const taps = kernel[0] * kernel[1];
  const area = batch * rows * columns;
  const joined = emit.node('Concat', patches, { axis: 2 }); // [N, C, taps, area of one map]
  const gathered = batch === 1 ? joined : emit.node('Transpose', [joined], { perm: [1, 2, 0, 3] });
  const matrix = emit.reshape(gathered, [channels * taps, area]);
  const errors = emit.reshape(exchangeBatch(emit, dy, context.inputTypes[1].shape), [out, area]);
  const product = emit.node('Gemm', [errors, matrix], { transB: 1 });
  return emit.reshape(product, [out, channels, ...kernel]);
}
