import type { Value } from '../ir/value.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { Precision } from './modelForm.js';
import { TensorProto_DataType } from './onnx_pb.js';
import { storeWeight } from './weightStorage.js';

/**
 * A transposed convolution that doubles a map, with a kernel of 4 and padding 1, as four ordinary ones (Shi et al.
 * 2016, "Is the deconvolution layer the same as a convolutional layer?"). With s = 2 and p = 1, row 2m of the result
 * sees rows m - 1 and m by the kernel's rows 3 and 1, and row 2m + 1 sees rows m and m + 1 by its rows 2 and 0; columns
 * likewise. Each of the four phases is a convolution with a 2×2 kernel, and the results are interleaved.
 *
 * The arithmetic is the same, but convolutions with constant weights are what runtimes are fastest at.
 */
const TAPS = [
  [3, 1],
  [2, 0],
];

/** Fewer output channels do not fill a vector register, and smaller maps leave nothing to gain. */
const [MIN_CHANNELS, MIN_SIDE] = [16, 32];

/** Whether a value is such a convolution, and large enough. */
export function isUpsampling({ source, shape }: Value): boolean {
  if (source.kind !== 'op' || source.op.name !== 'convTranspose2d') return false;
  const [x, weight] = source.inputs;
  const { stride, padding } = source.attributes as { stride: number; padding: number };
  const [, channels, kernel] = weight.shape;
  const doubles = shape[2] === 2 * x.shape[2] && shape[3] === 2 * x.shape[3];
  const suits = stride === 2 && padding === 1 && kernel === 4 && weight.shape[3] === 4 && doubles;
  return suits && channels >= MIN_CHANNELS && Math.min(x.shape[2], x.shape[3]) >= MIN_SIDE;
}

/**
 * Writes it.
 * @param weight [in, out, 4, 4]
 * @returns the name of the result
 */
export function writeUpsampling(
  builder: GraphBuilder,
  x: string,
  weight: Float32Array,
  [inputs, outputs]: readonly number[],
  bias: Float32Array | undefined,
  precision: Precision,
): string {
  const biases = bias ? [builder.tensor(TensorProto_DataType.FLOAT, [outputs], bias)] : [];
  const phases = [0, 1].flatMap((fy) =>
    [0, 1].map((fx) => {
      const kernel = phaseKernel(weight, inputs, outputs, TAPS[fy], TAPS[fx]);
      const stored = storeWeight(builder, kernel, [outputs, inputs, 2, 2], 0, precision);
      return builder.node('Conv', [x, stored, ...biases], { pads: [1 - fy, 1 - fx, fy, fx] });
    }),
  );
  const all = builder.node('Concat', phases, { axis: 1 });
  return builder.node('DepthToSpace', [all], { blocksize: 2, mode: 'DCR' });
}

/** [out, in, 2, 2] of the taps of one phase. */
function phaseKernel(
  weight: Float32Array,
  inputs: number,
  outputs: number,
  [top, bottom]: readonly number[],
  [left, right]: readonly number[],
): Float32Array {
  const kernel = new Float32Array(outputs * inputs * 4);
  for (let i = 0, from = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++, from += 16) {
      const to = (o * inputs + i) * 4;
      kernel[to] = weight[from + top * 4 + left];
      kernel[to + 1] = weight[from + top * 4 + right];
      kernel[to + 2] = weight[from + bottom * 4 + left];
      kernel[to + 3] = weight[from + bottom * 4 + right];
    }
  }
  return kernel;
}
