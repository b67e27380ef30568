import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { DType, StoredTensor } from './dtype.js';

/** Of floats that are held as raw bits: which exponent says infinite or NaN; of F8_E4M3, which bits say NaN. */
const NOT_FINITE_BITS: Partial<Record<DType, number>> = {
  F16: 0x7c00,
  BF16: 0x7f80,
  F8_E5M2: 0x7c,
  F8_E4M3: 0x7f,
};

/** Whether all of these are numbers: neither NaN nor infinite. */
export function areFinite({ dtype, data }: Omit<StoredTensor, 'shape'>): boolean {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    // 0 · x is 0 for what is finite and NaN for all else, which no further addition takes back.
    let total = 0;
    for (let i = 0; i < data.length; i++) total += 0 * data[i];
    return total === 0;
  }
  const bits = NOT_FINITE_BITS[dtype];
  return bits === undefined || !(data as Uint16Array).some((x) => (x & bits) === bits);
}

/**
 * Refuses weights that would make every image black.
 *
 * @param tensor the name of the weights
 * @param file where they are from
 * @throws Pix2PixError when one of them is NaN or infinite
 */
export function requireUsableWeights(data: Float32Array, tensor: string, file: string): void {
  if (areFinite({ dtype: 'F32', data })) return;
  const count = data.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0);
  throw new Pix2PixError(
    'the weights of this model are not all numbers: every image would become black',
    { file, tensor, values: `${count} of ${data.length} are NaN or infinite` },
    'take another checkpoint, such as an earlier one by --epoch; the training diverged before this one was written',
  );
}
