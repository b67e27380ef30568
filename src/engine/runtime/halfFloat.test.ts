import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHalfBits, halfBits } from '../../../test/halfBits.js';
import { roundToHalf } from './halfFloat.js';

test('numbers become the 16-bit floats that IEEE 754 gives for them', () => {
  const known = [
    [1 / 3, 0.333251953125],
    [0.1, 0.0999755859375],
    [65_504, 65_504],
    [65_519.99, 65_504],
    [65_520, Number.POSITIVE_INFINITY], // the middle between the largest and 2¹⁶: of two, the even one
    [-70_000, Number.NEGATIVE_INFINITY],
    [2049, 2048], // middles between neighbours
    [2051, 2052],
    [2 ** -14, 2 ** -14], // the smallest that is normal
    [2 ** -24, 2 ** -24], // the smallest of all
    [2 ** -25, 0],
    [2 ** -25 * 1.0001, 2 ** -24],
    [3 * 2 ** -25, 2 * 2 ** -24],
    [0, 0],
  ];
  for (const [x, half] of known) {
    assert.ok(Object.is(roundToHalf(x), half), `${x}`);
    assert.ok(Object.is(roundToHalf(-x), -half), `${-x}`);
  }
  assert.ok(Number.isNaN(roundToHalf(Number.NaN)));
});

test('all 16-bit floats stay what they are, by their bits', () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const half = fromHalfBits(bits);
    assert.equal(roundToHalf(half), half);
    assert.equal(halfBits(half), bits);
  }
});

test('no other 16-bit float is nearer', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 65_503, noNaN: true }), (x) => {
      const half = roundToHalf(x);
      const bits = halfBits(half);
      const apart = Math.abs(x - half);
      const neighbours = [bits - 1, bits + 1].filter((near) => near >= 0).map(fromHalfBits);
      assert.ok(neighbours.every((near) => apart <= Math.abs(x - near)));
      assert.ok(
        bits % 2 === 0 || neighbours.every((near) => apart < Math.abs(x - near)),
        'of two the even one',
      );
    }),
    { numRuns: 2000 },
  );
});
