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

/** IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
