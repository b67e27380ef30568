const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/**
 * IEEE 754 half precision of numbers, as raw bits: rounded to nearest, ties to even; what is too large becomes
 * infinite.
 */
export function toHalf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfBits);
}

function halfBits(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // from 2^16 on, infinity
  if (magnitude < 0x38800000) {
    // below 2^-14: a multiple of 2^-24, the spacing of halves there. Doubles hold the quotient exactly.
    return sign | roundToEven(Math.abs(value) * 2 ** 24);
  }
  // 13 bits of the fraction go; what is carried over moves the exponent on, as it should
  const kept = magnitude - 0x38000000;
  const rest = kept & 0x1fff;
  const up = rest > 0x1000 || (rest === 0x1000 && (kept & 0x2000) !== 0);
  return sign | ((kept >>> 13) + (up ? 1 : 0));
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
