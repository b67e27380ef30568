import { type Program, valuesOf } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';

/**
 * Multiply-adds of a program's convolutions and matrix products, counted by their definition: an
 * algorithm that saves some of them does the same work for the user. All else in a step is small beside it (docs/performance.md).
 */
export function multiplyAddsOf(program: Program): number {
  return valuesOf(program).reduce((sum, value) => sum + multiplyAdds(value), 0);
}

/** Multiply-adds of one value. */
export function multiplyAdds({ source, shape }: Value): number {
  if (source.kind !== 'op') return 0;
  const [first, second] = source.inputs;
  switch (source.op.name) {
    case 'conv2d': // every result takes one weight of each input channel and tap
      return elementCount(shape) * kernelSize(second);
    case 'convTranspose2d': // every input goes by one weight to each output channel and tap
      return elementCount(first.shape) * kernelSize(second);
    case 'convWeightGradient': // every product of the convolution that the weight belongs to, once more
      return elementCount(second.shape) * kernelSize({ shape });
    case 'depthwiseConv2d':
      return elementCount(shape) * kernelSize(second);
    case 'depthwiseConvTranspose2d':
      return elementCount(first.shape) * kernelSize(second);
    case 'depthwiseWeightGradient':
      return elementCount(second.shape) * kernelSize({ shape });
    case 'matmul':
      return Math.sqrt(elementCount(first.shape) * elementCount(second.shape) * elementCount(shape));
    default:
      return 0;
  }
}

/** Elements of a weight [to, from, k, k] that lead to one of its first axis. */
function kernelSize({ shape: [, from, height, width] }: Pick<Value, 'shape'>): number {
  return from * height * width;
}
