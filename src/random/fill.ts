import type { RandomStream } from './stream.js';

const WORDS_AT_A_TIME = 4096;

/** Calls `use` with pieces of the stream's words that together cover `length`. */
function inPieces(
  length: number,
  stream: RandomStream,
  use: (words: Uint32Array, start: number) => void,
): void {
  const words = new Uint32Array(WORDS_AT_A_TIME);
  for (let start = 0; start < length; start += WORDS_AT_A_TIME) {
    stream.fill(words);
    use(words, start);
  }
}

/**
 * Fills `out` with normal numbers: every pair of words gives a pair of them (Box and Muller 1958), fast enough for the
 * 57 M weights of the default networks. The stream must be at a block boundary, as a new one is.
 */
export function fillNormal(out: Float32Array, stream: RandomStream, mean: number, std: number): void {
  inPieces(out.length, stream, (words, start) => {
    const count = Math.min(words.length, out.length - start);
    for (let i = 0; i < count; i += 2) {
      const radius = std * Math.sqrt(-2 * Math.log((words[i] + 1) * 2 ** -32));
      const angle = words[i + 1] * (2 * Math.PI * 2 ** -32);
      out[start + i] = mean + radius * Math.cos(angle);
      if (i + 1 < count) out[start + i + 1] = mean + radius * Math.sin(angle);
    }
  });
}

/** Fills `out` with a dropout mask: 0 with probability `rate`, else 1 / (1 - rate). */
export function fillDropoutMask(out: Float32Array, stream: RandomStream, rate: number): void {
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  inPieces(out.length, stream, (words, start) => {
    const count = Math.min(words.length, out.length - start);
    for (let i = 0; i < count; i++) out[start + i] = words[i] < threshold ? 0 : kept;
  });
}
