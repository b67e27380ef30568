import assert from 'node:assert/strict';
import type { Left } from './kernelAgreement.js';

/** Of a number between two 16-bit floats that are neighbours, relative to them. */
const STEP = 2 ** -10;
/**
 * ‖found - expected‖ / ‖expected‖ of all runs together: both round alike but where float32 and float64 fall on either side of
 * the middle between two 16-bit floats, one of several hundred numbers. Without rounding it is 2e-4 and more.
 */
const APART = 6e-5;

/** Compares what kernels leave in tensors of which some have 16-bit floats: each number, and all together. */
export class HalfAgreement {
  private difference = 0;
  private norm = 0;
  private halves = 0;

  /** Tensors of 16-bit floats so far. */
  get tensors(): number {
    return this.halves;
  }

  add(left: readonly Left[]): void {
    for (const { found, expected, tensor, what } of left) {
      if (tensor.type.dtype === 'f16') this.halves++;
      const largest = Math.max(...expected.map(Math.abs));
      for (let i = 0; i < expected.length; i++) {
        const apart = Math.abs(found[i] - expected[i]);
        assert.ok(apart <= STEP * largest, `${what}[${i}] is ${found[i]}, expected ${expected[i]}`);
        this.difference += apart ** 2;
        this.norm += expected[i] ** 2;
      }
    }
  }

  assertClose(): void {
    const apart = Math.sqrt(this.difference / this.norm);
    assert.ok(apart <= APART, `${apart}`);
  }
}
