import type { Emitter, LoweringContext } from '../ir/emitter.js';

/*
 * The three convolutions as ONNX nodes, at any geometry. `convAlgorithms.ts` has what is faster at some of them.
 */

interface Geometry {
  readonly stride: number;
  readonly padding: number;
}

type Size = readonly [height: number, width: number];

/** A convolution, where it is lowered. Operands: x, weight, and a bias or none. */
export type ConvContext = LoweringContext<Geometry>;
/** A transposed convolution to maps of `size`. Operands: y, weight, and a bias or none. */
export type TransposeContext = LoweringContext<Geometry & { readonly size: Size }>;
/** The gradient by a weight of the extents `kernel`. Operands: x, and the gradient by the convolution's result. */
export type WeightContext = LoweringContext<Geometry & { readonly kernel: Size }>;

const square = (n: number): [number, number] => [n, n];
const allSides = (n: number): [number, number, number, number] => [n, n, n, n];

/** ONNX's own convolution. */
export function lowerConv(
  emit: Emitter,
  inputs: readonly string[],
  { attributes: { stride, padding } }: ConvContext,
): string {
  return emit.node('Conv', inputs, { strides: square(stride), pads: allSides(padding) });
}

/** ONNX's own transposed convolution. */
export function lowerConvTranspose(
  emit: Emitter,
  inputs: readonly string[],
  { attributes, inputTypes }: TransposeContext,
): string {
  const { stride, padding, size } = attributes;
  const [[, , height, width], [, , kh, kw]] = inputTypes.map(({ shape }) => shape);
  const extra = (extent: number, from: number, kernel: number) =>
    extent - ((from - 1) * stride - 2 * padding + kernel);
  return emit.node('ConvTranspose', inputs, {
    strides: square(stride),
    pads: allSides(padding),
    output_padding: [extra(size[0], height, kh), extra(size[1], width, kw)],
  });
}

/**
 * The weight's gradient as one 3-D convolution of x, read as a volume whose depth is its channels, by dy, whose
 * elements stand `stride` apart: the result at depth c is the correlation of channel c, and it has the weight's own
 * layout. A 2-D convolution with batch and channels exchanged computes the same, but as one small product for every
 * channel.
 */
export function lowerWeightGradient(
  emit: Emitter,
  [x, dy]: readonly string[],
  context: WeightContext,
): string {
  const { stride, padding, kernel } = context.attributes;
  const [[batch, channels, height, width], errors] = context.inputTypes.map(({ shape }) => shape);
  const [, out, rows, columns] = errors;
  const volume = emit.reshape(x, [1, batch, channels, height, width]);
  const kernels = emit.reshape(exchangeBatch(emit, dy, errors), [out, batch, 1, rows, columns]);
  const full = emit.node('Conv', [volume, kernels], {
    dilations: [1, stride, stride],
    pads: [0, padding, padding, 0, padding, padding],
  });
  return emit.reshape(cropToKernel(emit, full, context, [3, 4]), [out, channels, ...kernel]);
}

/** Rows and columns that no product with dy leads to, because the stride left them over, are cut off. */
export function cropToKernel(
  emit: Emitter,
  full: string,
  context: WeightContext,
  axes: readonly number[],
): string {
  const { stride, padding, kernel } = context.attributes;
  const [x, dy] = context.inputTypes.map(({ shape }) => shape);
  const exact = [2, 3].every((axis, i) => x[axis] + 2 * padding - stride * (dy[axis] - 1) === kernel[i]);
  return exact ? full : emit.node('Slice', [full, emit.ints([0, 0]), emit.ints(kernel), emit.ints(axes)]);
}

/** [N, C, ...] to [C, N, ...]; of a single image the bytes stay as they are. */
export function exchangeBatch(
  emit: Emitter,
  x: string,
  [batch, channels, ...rest]: readonly number[],
): string {
  if (batch === 1) return emit.reshape(x, [channels, 1, ...rest]);
  return emit.node('Transpose', [x], { perm: [1, 0, 2, 3] });
}
