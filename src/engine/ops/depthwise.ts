import { defineOp, type OpBuilder } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { f32, formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { type ConvGeometry, convExtent } from './conv.js';
import { convLoops, convTransposeLoops, weightGradientLoops } from './convLoops.js';

/*
 * A convolution of each channel by a kernel of its own. Like the full one it is linear in both operands, so that three
 * ops are closed under differentiation (see conv.ts). Weights are f32[C, 1, kh, kw].
 */

type Size = readonly [height: number, width: number];

const mapSize = ({ shape }: Value): Size => [shape[2], shape[3]];

const attributesOf = ({ stride, padding }: ConvGeometry, [kh, kw]: Size, group: number) => ({
  kernel_shape: [kh, kw],
  strides: [stride, stride],
  pads: [padding, padding, padding, padding],
  group,
});

const depthwiseOp: OpBuilder<ConvGeometry> = defineOp<ConvGeometry>({
  name: 'depthwiseConv2d',
  type: ([x, weight], geometry) => {
    const [batch, channels, height, width] = x.shape;
    const [expected, one, kh, kw] = weight.shape;
    const facts = { x: formatType(x), weight: `${formatType(weight)}   [channels, 1, k, k]` };
    if (channels !== expected || one !== 1)
      throw new ShapeError('depthwiseConv2d: a kernel for each channel is wanted', facts);
    const [h, w] = [convExtent(height, kh, geometry), convExtent(width, kw, geometry)];
    if (h < 1 || w < 1) throw new ShapeError('depthwiseConv2d: the input is smaller than the kernel', facts);
    return f32(batch, channels, h, w);
  },
  gradient: ({ inputs: [x, weight], dy, attributes, wanted }) => [
    wanted[0] ? transposeOp([dy, weight], { ...attributes, size: mapSize(x) }) : null,
    wanted[1] ? weightGradientOp([x, dy], { ...attributes, kernel: mapSize(weight) }) : null,
  ],
  loops: convLoops('own'),
  lower: (emit, inputs, { attributes, inputTypes: [, { shape }] }) =>
    emit.node('Conv', inputs, attributesOf(attributes, [shape[2], shape[3]], shape[0])),
});

const transposeOp: OpBuilder<ConvGeometry & { readonly size: Size }> = defineOp({
  name: 'depthwiseConvTranspose2d',
  type: ([y], { size }) => f32(y.shape[0], y.shape[1], ...size),
  gradient: ({ inputs: [y, weight], dy, attributes: { size: _, ...geometry }, wanted }) => [
    wanted[0] ? depthwiseOp([dy, weight], geometry) : null,
    wanted[1] ? weightGradientOp([dy, y], { ...geometry, kernel: mapSize(weight) }) : null,
  ],
  loops: convTransposeLoops('own'),
  lower: (emit, inputs, { attributes: { size, ...geometry }, inputTypes: [y, { shape }] }) => {
    const kernel: Size = [shape[2], shape[3]];
    const { stride, padding } = geometry;
    // Rows and columns at the end that a convolution from `size` would not have reached.
    const rest = [0, 1].map(
      (axis) => size[axis] - ((y.shape[2 + axis] - 1) * stride - 2 * padding + kernel[axis]),
    );
    return emit.node('ConvTranspose', inputs, {
      ...attributesOf(geometry, kernel, shape[0]),
      output_padding: rest,
    });
  },
});

/** Each channel of each image is a group of a convolution whose kernel is the gradient of its result. */
const weightGradientOp: OpBuilder<ConvGeometry & { readonly kernel: Size }> = defineOp({
  name: 'depthwiseWeightGradient',
  type: ([x], { kernel }) => f32(x.shape[1], 1, ...kernel),
  gradient: ({ inputs: [x, y], dy: weight, attributes: { kernel: _, ...geometry }, wanted }) => [
    wanted[0] ? transposeOp([y, weight], { ...geometry, size: mapSize(x) }) : null,
    wanted[1] ? depthwiseOp([x, weight], geometry) : null,
  ],
  loops: weightGradientLoops('own'),
  lower: (emit, [x, dy], { attributes: { kernel, stride, padding }, inputTypes: [image, result] }) => {
    const [batch, channels, height, width] = image.shape;
    const [, , h, w] = result.shape;
    const groups = batch * channels;
    const products = emit.node(
      'Conv',
      [emit.reshape(x, [1, groups, height, width]), emit.reshape(dy, [groups, 1, h, w])],
      {
        kernel_shape: [h, w],
        dilations: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: groups,
      },
    );
    // Rows and columns that no stride reached make it larger than the kernel.
    const whole = emit.node('Slice', [products, emit.ints([0, 0]), emit.ints(kernel), emit.ints([2, 3])]);
    const byImage = emit.reshape(whole, [batch, channels, 1, ...kernel]);
    return batch === 1
      ? emit.reshape(byImage, [channels, 1, ...kernel])
      : emit.node('ReduceSum', [byImage, emit.ints([0])], { keepdims: 0 });
  },
});

/**
 * Convolves each channel by its own kernel (PyTorch's Conv2d with as many groups as channels).
 * @param x f32[N, C, H, W]
 * @param weight f32[C, 1, kh, kw]
 * @returns f32[N, C, (H + 2 padding - kh) / stride + 1, ...], rounded down. Throws ShapeError.
 */
export function depthwiseConv2d(x: Value, weight: Value, { stride, padding }: ConvGeometry): Value {
  return depthwiseOp([x, weight], { stride, padding });
}
