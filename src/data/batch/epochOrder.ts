import { RandomStream } from '../../base/random/stream.js';

/** The values that the order of an epoch depends on, besides its number. */
export interface EpochPlan {
  /** Images in an epoch. */
  readonly length: number;
  readonly seed: number;
  readonly shuffle: boolean;
}

/**
 * The order of the images in an epoch: a pure function of (seed, epoch), or, unshuffled, that of their names.
 *
 * @returns each of 0 ... length - 1 once
 */
export function epochOrder({ length, seed, shuffle }: EpochPlan, epoch: number): Uint32Array {
  if (!shuffle) return new Uint32Array(length).map((_, i) => i);
  return new RandomStream(seed, 'shuffle', [epoch]).permutation(length);
}
