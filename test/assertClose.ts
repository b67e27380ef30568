import assert from 'node:assert/strict';

export interface Tolerance {
  /** Allowed difference in units of the largest expected number. */
  readonly relative?: number;
  /** Allowed difference on top of that. */
  readonly absolute?: number;
}

/** float32 arithmetic against float64, through a few hundred additions. */
const SINGLE: Tolerance = { relative: 4e-6, absolute: 1e-7 };

/** Throws, naming the worst element and both numbers, unless the arrays agree everywhere. */
export function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  { relative = 0, absolute = 0 }: Tolerance = SINGLE,
): void {
  assert.equal(found.length, expected.length, `${what}: number of elements`);
  let [largest, worst, at] = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    assert.ok(Number.isFinite(found[i]), `${what}[${i}] is ${found[i]}, expected ${expected[i]}`);
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(found[i] - expected[i]);
    if (difference > worst) [worst, at] = [difference, i];
  }
  const allowed = relative * largest + absolute;
  assert.ok(
    worst <= allowed,
    `${what}[${at}] is ${found[at]}, expected ${expected[at]}: ${worst.toExponential(1)} apart, ` +
      `allowed ${allowed.toExponential(1)}`,
  );
}

/** The largest difference. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** ‖a - b‖ / ‖b‖ in the L2 norm. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
