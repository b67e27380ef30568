import type { RandomStream } from './stream.js';

const WORDS_AT_A_TIME = 4096;

/** Fills `out` with a dropout mask: 0 with probability `rate`, else 1 / (1 - rate). */
export function fillDropoutMask(out: Float32Array, stream: RandomStream, rate: number): void {
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  const words = new Uint32Array(WORDS_AT_A_TIME);
  const skipped = stream.position % 4; // words come in blocks of four
  stream.position -= skipped;
  for (let start = -skipped; start < out.length; start += words.length) {
    stream.fill(words);
    const count = Math.min(words.length, out.length - start);
    for (let i = Math.max(0, -start); i < count; i++) out[start + i] = words[i] < threshold ? 0 : kept;
  }
}
