import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { DType, StoredTensor } from './format/dtype.js';

/** A tensor that holds an infinite number or none, and is not stored therefore. */
export class NotFinite extends Pix2PixError {}

/** Of floats that are held as raw bits: which exponent says infinite or NaN; of F8_E4M3, which bits say NaN. */
const NOT_FINITE_BITS: Partial<Record<DType, number>> = {
  F16: 0x7c00,
  BF16: 0x7f80,
  F8_E5M2: 0x7c,
  F8_E4M3: 0x7f,
};

/**
 * Keeps what no training can go on from, and no generator translates with, out of what is stored.
 * @param name of the tensor, as a person knows it
 * @throws NotFinite naming it
 */
export function requireFinite(name: string, { dtype, data }: Omit<StoredTensor, 'shape'>): void {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    // 0 · x is 0 for what is finite and NaN for all else, which no further addition takes back.
    let total = 0;
    for (let i = 0; i < data.length; i++) total += 0 * data[i];
    if (total === 0) return;
  } else {
    const bits = NOT_FINITE_BITS[dtype];
    if (bits === undefined || !(data as Uint16Array).some((x) => (x & bits) === bits)) return;
  }
  throw new NotFinite(`${name} is not finite`, {}, 'what was stored before is intact');
}
