/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). A block of four words is a pure function of (key, counter), so any number of any stream can be made
 * again without replaying those before it.
 */

/** What the generator is defined by, for those who compute it elsewhere. */
export const PHILOX = {
  multipliers: [0xd2511f53, 0xcd9e8d57],
  weyl: [0x9e3779b9, 0xbb67ae85],
  rounds: 10,
} as const;

const [MULTIPLIER_0, MULTIPLIER_1] = PHILOX.multipliers;
const [WEYL_0, WEYL_1] = PHILOX.weyl;
const ROUNDS = PHILOX.rounds;

/** High 32 bits of the product of two unsigned 32-bit numbers, from the products of their halves. */
function multiplyHigh(x: number, y: number): number {
  const xHigh = x >>> 16;
  const xLow = x & 0xffff;
  const yHigh = y >>> 16;
  const yLow = y & 0xffff;
  const cross1 = Math.imul(xHigh, yLow);
  const cross2 = Math.imul(xLow, yHigh);
  const carry = (cross1 & 0xffff) + (cross2 & 0xffff) + (Math.imul(xLow, yLow) >>> 16);
  return (Math.imul(xHigh, yHigh) + (cross1 >>> 16) + (cross2 >>> 16) + (carry >>> 16)) | 0;
}

/**
 * Fills `out`, whose length is a multiple of four, with the blocks of the counters (c0, c1, c2, c3),
 * (c0 + 1, c1, c2, c3), ...; c0 carries into c1. Key and counter are read as unsigned 32-bit words.
 */
export function philox4x32(key: ArrayLike<number>, counter: ArrayLike<number>, out: Uint32Array): void {
  const start = counter[0] >>> 0;
  for (let i = 0; i < out.length; i += 4) {
    const low = start + i / 4;
    let x0 = low | 0;
    let x1 = (counter[1] + Math.floor(low / 0x1_0000_0000)) | 0;
    let x2 = counter[2] | 0;
    let x3 = counter[3] | 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = multiplyHigh(x0, MULTIPLIER_0);
      const high1 = multiplyHigh(x2, MULTIPLIER_1);
      const low0 = Math.imul(x0, MULTIPLIER_0);
      const low1 = Math.imul(x2, MULTIPLIER_1);
      x0 = high1 ^ x1 ^ k0;
      x1 = low1;
      x2 = high0 ^ x3 ^ k1;
      x3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[i] = x0;
    out[i + 1] = x1;
    out[i + 2] = x2;
    out[i + 3] = x3;
  }
}
