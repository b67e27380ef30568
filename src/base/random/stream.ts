import { philox4x32 } from './philox.js';

const TWO_POW_32 = 0x1_0000_0000;

/**
 * A seeded stream of random numbers for one purpose. Streams of different (seed, purpose, coordinates) are independent;
 * the same triple always gives the same numbers. `position` is the whole state: save it, and a stream created with it
 * continues where this one stopped.
 *
 * ```
 * const crop = new RandomStream(opt.seed, 'augment', [epoch, index]);   // the crop of any image of any epoch
 * ```
 */
export class RandomStream {
  /** Of the counter-based generator: `block i` of the stream is that of counter (i, 0, ...coordinates). */
  readonly key: readonly [number, number];
  readonly coordinates: readonly [number, number];
  private readonly block = new Uint32Array(4);
  private blockIndex = -1;

  /**
   * @param seed any safe integer
   * @param purpose names the stream: 'init', 'shuffle', 'augment', 'dropout', ...
   * @param coordinates up to two unsigned 32-bit numbers, such as (epoch, index)
   * @param position how many 32-bit words have been taken already
   */
  constructor(
    readonly seed: number,
    readonly purpose: string,
    coordinates: readonly number[] = [],
    public position = 0,
  ) {
    this.key = [seed >>> 0, (Math.floor(seed / TWO_POW_32) ^ fnv1a(purpose)) >>> 0];
    this.coordinates = [(coordinates[0] ?? 0) >>> 0, (coordinates[1] ?? 0) >>> 0];
  }

  /** Uniform over 0 ... 2³² - 1. */
  uint32(): number {
    const blockIndex = Math.floor(this.position / 4);
    if (blockIndex !== this.blockIndex) {
      philox4x32(this.key, this.counterOf(blockIndex), this.block);
      this.blockIndex = blockIndex;
    }
    return this.block[this.position++ % 4];
  }

  /** Uniform over [0, 1), 32 bits of it. */
  uniform(): number {
    return this.uint32() / TWO_POW_32;
  }

  /** Uniform over the integers 0 ... bound - 1. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Fills `words` with what as many calls of `uint32` would give; its length must be a multiple of four. */
  fill(words: Uint32Array): void {
    if (this.position % 4 !== 0 || words.length % 4 !== 0) throw new Error('fill: not at a block boundary');
    philox4x32(this.key, this.counterOf(this.position / 4), words);
    this.position += words.length;
  }

  private counterOf(blockIndex: number): number[] {
    return [blockIndex >>> 0, Math.floor(blockIndex / TWO_POW_32), ...this.coordinates];
  }

  /** Standard normal, by Box and Muller; takes two words a number, so that `position` stays the whole state. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / TWO_POW_32));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A random order of 0 ... count - 1 (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = new Uint32Array(count).map((_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const value = order[i];
      order[i] = order[j];
      order[j] = value;
    }
    return order;
  }
}

/** FNV-1a, 32 bits: spreads a purpose's name over the key. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
