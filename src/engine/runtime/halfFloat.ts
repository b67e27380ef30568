const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two words has sign and exponent. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** In the high word of a float64: one more in the exponent, and the exponent of the smallest normal 16-bit float. */
const [ONE, SMALLEST] = [2 ** 20, (1023 - 14) * 2 ** 20];
/** From here on, a number is nearer to 2¹⁶ than to the largest 16-bit float. */
const TOO_LARGE = 65_520;

/**
 * A number rounded to a 16-bit float of IEEE 754: to the nearest, of two to the even one; denormal below 2⁻¹⁴; infinite from
 * 65,520 on.
 */
export function roundToHalf(x: number): number {
  if (!(Math.abs(x) < TOO_LARGE)) return Number.isNaN(x) ? x : Math.sign(x) * Number.POSITIVE_INFINITY;
  // Adding 1.5 · 2⁴² times the number's power of two leaves 10 bits after the leading one; processors round as is wanted.
  float[0] = x;
  const exponent = Math.max(words[HIGH] & 0x7ff0_0000, SMALLEST);
  words[HIGH] = exponent + 42 * ONE + ONE / 2;
  words[1 - HIGH] = 0;
  const shift = float[0];
  return x + shift - shift || 0 * x; // a zero has the sign of what becomes it
}
