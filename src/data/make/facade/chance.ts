import type { RandomStream } from '../../../base/random/stream.js';

/** Uniform over [low, high). */
export function between(stream: RandomStream, low: number, high: number): number {
  return low + (high - low) * stream.uniform();
}

/** True with the given probability. */
export function chance(stream: RandomStream, probability: number): boolean {
  return stream.uniform() < probability;
}

/** One of the list, each as likely. */
export function pick<T>(stream: RandomStream, list: readonly T[]): T {
  return list[stream.integer(list.length)];
}
