import { halfToFloat } from '../base/halfToFloat.js';
import { describeTensor, type StoredTensor } from '../checkpoints/format/dtype.js';

/**
 * A tensor's elements as single floats: F32 as they are, F16, BF16 and F64 converted (F64 rounded).
 * @throws RangeError for integers
 */
export function toFloats(tensor: StoredTensor): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'F64':
      return Float32Array.from(tensor.data);
    case 'F16':
      return Float32Array.from(tensor.data, halfToFloat);
    case 'BF16':
      // A bfloat16 is the upper half of a float.
      return new Float32Array(Uint32Array.from(tensor.data, (bits) => bits << 16).buffer);
    default:
      throw new RangeError(`${describeTensor(tensor)} holds no floats`);
  }
}

/** Whether `toFloats` takes it. */
export function isFloating({ dtype }: { readonly dtype: string }): boolean {
  return dtype === 'F32' || dtype === 'F64' || dtype === 'F16' || dtype === 'BF16';
}
