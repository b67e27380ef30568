import type { RandomStream } from './stream.js';

const WORDS_AT_A_TIME = 4096;

/** Fills `out` with a dropout mask: 0 with probability `rate`, else 1 / (1 - rate). */
export function fillDropoutMask(out: Float32Array, stream: RandomStream, rate: number): void {
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  const words = new Uint32Array(WORDS_AT_A_TIME);
  for (let start = 0; start < out.length; start += words.length) {
    stream.fill(words);
    const count = Math.min(words.length, out.length - start);
    for (let i = 0; i < count; i++) out[start + i] = words[i] < threshold ? 0 : kept;
  }
}
