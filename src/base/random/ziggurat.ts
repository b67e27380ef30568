import type { RandomStream } from './stream.js';

/**
 * Normal numbers by the ziggurat method (Marsaglia and Tsang 2000, "The ziggurat method for generating random
 * variables", with Doornik's 2005 remedy: the layer and the value come from different bits). The density is covered by
 * 256 layers of equal area; 99 % of the numbers cost one random word and one multiplication, which lets the 57 M weights
 * of the default networks start in about a second.
 */
const LAYERS = 256;
/** Where the tail begins, and the area of a layer, for 256 layers (the paper's section 3). */
const TAIL = 3.6541528853610088;
const AREA = 0.00492867323399;
/** A word gives 8 bits of layer and 24 of signed value. */
const VALUE_SCALE = 2 ** 23;
const WORDS_AT_A_TIME = 4096;

const density = (x: number) => Math.exp((-x * x) / 2);
/** Right edges of the layers, outermost first: edges[1] is the tail's beginning, edges[256] is 0. */
const edges = layerEdges();
/** Factors from the signed 24-bit value to x, and the values below which x lies under the curve for certain. */
const factors = Float64Array.from({ length: LAYERS }, (_, i) => edges[i] / VALUE_SCALE);
const certain = Float64Array.from({ length: LAYERS }, (_, i) => (edges[i + 1] / edges[i]) * VALUE_SCALE);

function layerEdges(): Float64Array {
  const x = new Float64Array(LAYERS + 1);
  x[0] = AREA / density(TAIL); // as wide as a rectangle of the base layer's area, tail included, would be
  x[1] = TAIL;
  for (let i = 2; i < LAYERS; i++) x[i] = Math.sqrt(-2 * Math.log(AREA / x[i - 1] + density(x[i - 1])));
  return x;
}

/** The stream's words, taken from a buffer. */
class Words {
  readonly buffer = new Uint32Array(WORDS_AT_A_TIME);
  next = WORDS_AT_A_TIME;

  constructor(private readonly stream: RandomStream) {}

  refill(): void {
    this.stream.fill(this.buffer);
    this.next = 0;
  }

  take(): number {
    if (this.next === WORDS_AT_A_TIME) this.refill();
    return this.buffer[this.next++];
  }

  /** In (0, 1]. */
  uniform(): number {
    return (this.take() + 1) * 2 ** -32;
  }
}

/** Fills `out` with numbers of N(mean, std²). The stream must be at a block boundary, as a new one is. */
export function fillNormal(out: Float32Array, stream: RandomStream, mean: number, std: number): void {
  const words = new Words(stream);
  const { buffer } = words;
  let i = 0;
  while (i < out.length) {
    if (words.next === WORDS_AT_A_TIME) words.refill();
    let { next } = words; // a local variable: this loop runs 57 M times before a default training starts
    while (next < WORDS_AT_A_TIME && i < out.length) {
      const bits = buffer[next++];
      const layer = bits & (LAYERS - 1);
      const value = (bits | 0) >> 8;
      if ((value < 0 ? -value : value) < certain[layer]) {
        out[i++] = mean + std * (value * factors[layer]);
        continue;
      }
      words.next = next;
      out[i++] = mean + std * atTheEdge(layer, value, words);
      next = words.next;
    }
    words.next = next;
  }
}

/** Decides the rest: the tail by Marsaglia's method, a layer's edge by rejection under the curve. */
function atTheEdge(layer: number, value: number, words: Words): number {
  if (layer === 0) {
    for (;;) {
      const x = -Math.log(words.uniform()) / TAIL;
      if (-2 * Math.log(words.uniform()) >= x * x) return value < 0 ? -TAIL - x : TAIL + x;
    }
  }
  const x = value * factors[layer];
  const [low, high] = [density(edges[layer]), density(edges[layer + 1])];
  if (low + words.uniform() * (high - low) < density(x)) return x;
  const bits = words.take();
  const another = bits & (LAYERS - 1);
  const drawn = (bits | 0) >> 8;
  return Math.abs(drawn) < certain[another] ? drawn * factors[another] : atTheEdge(another, drawn, words);
}
