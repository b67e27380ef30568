import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { StoredTensor } from './format/dtype.js';
import { areFinite } from './format/finite.js';

/** A tensor that holds an infinite number or NaN, and is not stored therefore. */
export class NotFinite extends Pix2PixError {}

/**
 * Keeps what no training can go on from, and no generator translates with, out of what is stored.
 * @param name of the tensor, as a person knows it
 * @throws NotFinite naming it
 */
export function requireFinite(name: string, tensor: Omit<StoredTensor, 'shape'>): void {
  if (!areFinite(tensor))
    throw new NotFinite(`${name} is not finite`, {}, 'what was stored before is intact');
}
