import type { GraphBuilder } from './graphBuilder.js';
import { toHalf } from './half.js';
import type { Precision } from './modelForm.js';
import { TensorProto_DataType } from './onnx_pb.js';
import { quantise } from './quantise.js';

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
