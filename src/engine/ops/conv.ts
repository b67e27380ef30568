import { defineOp, type OpBuilder } from '../ir/op.js';
import { ShapeError, TooSmallError } from '../ir/shapeError.js';
import { f32, formatType, type TensorType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { reduceSum } from './broadcast.js';
import { convAlgorithms, convTransposeAlgorithms, weightGradientAlgorithms } from './convAlgorithms.js';
import { convLoops, convTransposeLoops, weightGradientLoops } from './convLoops.js';
import { lowerConv, lowerConvTranspose, lowerWeightGradient } from './convLowering.js';
import { reshape } from './shape.js';

/**
 * Convolution is linear in its input and in its weight, so three ops are closed under differentiation. With
 * y = conv(x, w), x̄ = convTranspose(ȳ, w) and w̄ = weightGradient(x, ȳ), where a bar is a gradient by it:
 *
 *   conv(x, w)             by x: convTranspose(ȳ, w)     by w: weightGradient(x, ȳ)
 *   convTranspose(y, w)    by y: conv(x̄, w)              by w: weightGradient(x̄, y)
 *   weightGradient(x, y)   by x: convTranspose(y, w̄)     by y: conv(x, w̄)
 *
 * All of them take square strides and paddings; weights are f32[out, in, kh, kw] as seen from `conv`, which is
 * PyTorch's layout for Conv2d and, read from the other side, for ConvTranspose2d.
 */
export interface ConvGeometry {
  readonly stride: number;
  readonly padding: number;
}

type Size = readonly [height: number, width: number];

/** The extent that a convolution leaves of `extent`. */
export function convExtent(extent: number, kernel: number, { stride, padding }: ConvGeometry): number {
  return Math.floor((extent + 2 * padding - kernel) / stride) + 1;
}

function expectRank4(name: string, facts: Readonly<Record<string, TensorType>>): void {
  for (const [label, type] of Object.entries(facts)) {
    if (type.shape.length !== 4) {
      throw new ShapeError(`${name}: ${label} is not a batch of maps`, { [label]: formatType(type) });
    }
  }
}

const conv2dOp: OpBuilder<ConvGeometry> = defineOp<ConvGeometry>({
  name: 'conv2d',
  type: ([x, weight], geometry) => {
    expectRank4('conv2d', { x, weight });
    const [batch, channels, height, width] = x.shape;
    const [out, expected, kh, kw] = weight.shape;
    const facts = {
      x: `${formatType(x)}   channels = axis 1`,
      weight: `${formatType(weight)}   [out, in, k, k]`,
    };
    if (channels !== expected) {
      throw new ShapeError(
        `conv2d: input has ${channels} channels, weight expects ${expected}`,
        facts,
        `pass --input_nc ${expected}, or convert the images`,
      );
    }
    const [h, w] = [convExtent(height, kh, geometry), convExtent(width, kw, geometry)];
    if (h < 1 || w < 1) {
      throw new TooSmallError(`conv2d: the input is smaller than the kernel`, facts, 'use larger images');
    }
    return f32(batch, out, h, w);
  },
  gradient: ({ inputs: [x, weight, bias], dy, attributes, wanted }) => [
    wanted[0] ? convTranspose2dOp([dy, weight], { ...attributes, size: mapSize(x) }) : null,
    wanted[1] ? convWeightGradient(x, dy, kernelSize(weight), attributes) : null,
    ...(bias === undefined ? [] : [wanted[2] ? biasGradient(dy, bias) : null]),
  ],
  loops: convLoops('all'),
  lower: lowerConv,
  algorithms: convAlgorithms,
});

const convTranspose2dOp: OpBuilder<ConvGeometry & { readonly size: Size }> = defineOp({
  name: 'convTranspose2d',
  type: ([y, weight], { size, ...geometry }) => {
    expectRank4('convTranspose2d', { y, weight });
    const [batch, channels, height, width] = y.shape;
    const [expected, out, kh, kw] = weight.shape;
    const facts = { y: formatType(y), weight: `${formatType(weight)}   [in, out, k, k]` };
    if (channels !== expected) {
      throw new ShapeError(
        `convTranspose2d: input has ${channels} channels, weight expects ${expected}`,
        facts,
      );
    }
    if (convExtent(size[0], kh, geometry) !== height || convExtent(size[1], kw, geometry) !== width) {
      throw new ShapeError(`convTranspose2d: no convolution leads from ${size.join('×')} here`, facts);
    }
    return f32(batch, out, ...size);
  },
  gradient: ({ inputs: [y, weight, bias], dy, attributes: { size: _, ...geometry }, wanted }) => [
    wanted[0] ? conv2dOp([dy, weight], geometry) : null,
    wanted[1] ? convWeightGradient(dy, y, kernelSize(weight), geometry) : null,
    ...(bias === undefined ? [] : [wanted[2] ? biasGradient(dy, bias) : null]),
  ],
  loops: convTransposeLoops('all'),
  lower: lowerConvTranspose,
  algorithms: convTransposeAlgorithms,
});

const weightGradientOp = defineOp<ConvGeometry & { readonly kernel: Size }>({
  name: 'convWeightGradient',
  type: ([x, dy], { kernel }) => {
    expectRank4('convWeightGradient', { x, dy });
    return f32(dy.shape[1], x.shape[1], ...kernel);
  },
  gradient: ({ inputs: [x, y], dy: weight, attributes: { kernel: _, ...geometry }, wanted }) => [
    wanted[0] ? convTranspose2dOp([y, weight], { ...geometry, size: mapSize(x) }) : null,
    wanted[1] ? conv2dOp([x, weight], geometry) : null,
  ],
  loops: weightGradientLoops('all'),
  lower: lowerWeightGradient,
  algorithms: weightGradientAlgorithms,
});

const mapSize = (x: Value): Size => [x.shape[2], x.shape[3]];
const kernelSize = mapSize;

function biasGradient(dy: Value, bias: Value): Value {
  return reshape(reduceSum(dy, [0, 2, 3]), bias.shape);
}

function convWeightGradient(x: Value, dy: Value, kernel: Size, { stride, padding }: ConvGeometry): Value {
  return weightGradientOp([x, dy], { stride, padding, kernel });
}

/**
 * Convolution (cross-correlation, as PyTorch's Conv2d).
 * @param x f32[N, in, H, W]
 * @param weight f32[out, in, kh, kw]
 * @param bias f32[out], or undefined for none
 * @returns f32[N, out, (H + 2 padding - kh) / stride + 1, ...], rounded down. Throws ShapeError.
 */
export function conv2d(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  { stride, padding }: ConvGeometry,
): Value {
  return conv2dOp(bias === undefined ? [x, weight] : [x, weight, bias], { stride, padding });
}

/**
 * Transposed convolution (PyTorch's ConvTranspose2d).
 * @param y f32[N, in, H, W]
 * @param weight f32[in, out, kh, kw]
 * @param bias f32[out], or undefined for none
 * @param outputPadding extra rows and columns at the end, fewer than `stride`
 * @returns f32[N, out, (H - 1) stride - 2 padding + kh + outputPadding, ...]. Throws ShapeError.
 */
export function convTranspose2d(
  y: Value,
  weight: Value,
  bias: Value | undefined,
  { stride, padding, outputPadding = 0 }: ConvGeometry & { readonly outputPadding?: number },
): Value {
  const extent = (axis: 2 | 3) =>
    (y.shape[axis] - 1) * stride - 2 * padding + weight.shape[axis] + outputPadding;
  const inputs = bias === undefined ? [y, weight] : [y, weight, bias];
  return convTranspose2dOp(inputs, { stride, padding, size: [extent(2), extent(3)] });
}
