import type { GraphBuilder } from './graphBuilder.js';
import { toHalf } from './half.js';
import { TensorProto_DataType } from './onnx_pb.js';

/** How weights are stored; arithmetic is in 32-bit floats with any of them. */
export const precisions = ['fp32', 'fp16', 'int8'] as const;
/** One of `precisions`. */
export type Precision = (typeof precisions)[number];

/**
 * Adds a layer's weight to a graph and returns the name of its f32 value.
 *
 * - fp16: half precision, and a Cast that runtimes do once, when they load the graph
 * - int8: w ≈ q · scale with q in -127 ... 127 and one scale for each output channel (symmetric), and a
 *   DequantizeLinear
 *
 * @param axis the axis of the output channels
 */
export function storeWeight(
  builder: GraphBuilder,
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  precision: Precision,
): string {
  switch (precision) {
    case 'fp32':
      return builder.tensor(TensorProto_DataType.FLOAT, shape, data);
    case 'fp16': {
      const half = builder.tensor(TensorProto_DataType.FLOAT16, shape, toHalf(data));
      return builder.node('Cast', [half], { to: TensorProto_DataType.FLOAT });
    }
    case 'int8': {
      const { values, scales } = quantise(data, shape, axis);
      const q = builder.tensor(TensorProto_DataType.INT8, shape, values);
      const scale = builder.tensor(TensorProto_DataType.FLOAT, [scales.length], scales);
      return builder.node('DequantizeLinear', [q, scale], { axis });
    }
  }
}

/** Symmetric quantisation, one scale a channel: the largest weight of a channel becomes ±127. */
export function quantise(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
): { values: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(shape[axis]);
  forEachChannel(data.length, shape, axis, (i, channel) => {
    scales[channel] = Math.max(scales[channel], Math.abs(data[i]) / 127);
  });
  const values = new Int8Array(data.length);
  forEachChannel(data.length, shape, axis, (i, channel) => {
    const q = scales[channel] === 0 ? 0 : Math.round(data[i] / scales[channel]);
    values[i] = Math.max(-127, Math.min(127, q)); // a subnormal scale may have lost its last bits
  });
  for (let channel = 0; channel < scales.length; channel++) scales[channel] ||= 1;
  return { values, scales };
}

/** Visits every element with its index along `axis`. */
export function forEachChannel(
  length: number,
  shape: readonly number[],
  axis: number,
  visit: (index: number, channel: number) => void,
): void {
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const channels = shape[axis];
  for (let i = 0, row = 0; i < length; row++) {
    const channel = row % channels;
    for (const end = i + inner; i < end; i++) visit(i, channel);
  }
}
