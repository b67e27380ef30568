import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFloats } from '../../interop/floats.js';
import { toHalf } from './half.js';
import { quantise } from './quantise.js';

test('half precision is IEEE 754 binary16, rounded to even', () => {
  // Bits from the standard's own examples, and by hand: 2049 lies between 2048 and 2050, 2051 between 2050 and 2052.
  const cases: [number, number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [(1023 + 0.6) * 2 ** -24, 0x0400],
    [2049, 0x6800],
    [2051, 0x6802],
  ];
  const halves = toHalf(Float32Array.from(cases, ([value]) => value));
  assert.deepEqual(
    [...halves],
    cases.map(([, bits]) => bits),
  );
  assert.equal(toHalf(Float32Array.of(Number.NaN))[0] & 0x7fff, 0x7e00);
});

test('every half is the number that it was read as', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
    (bits) => (bits & 0x7fff) <= 0x7c00,
  );
  const numbers = toFloats({ dtype: 'F16', shape: [all.length], data: all });
  assert.deepEqual(toHalf(numbers), all);
});

test('int8 weights have one scale for each output channel, whichever axis that is', () => {
  // [out 2, in 1, 1, 2] of a convolution, and the same numbers as [in 2, out 2, 1, 1] of a transposed one
  const data = Float32Array.of(1.27, -0.64, 0, 0.0254);
  const conv = quantise(data, [2, 1, 1, 2], 0);
  assert.deepEqual([...conv.values], [127, -64, 0, 127]);
  assert.ok(Math.abs(conv.scales[0] - 0.01) < 1e-8 && Math.abs(conv.scales[1] - 0.0002) < 1e-8);
  const transposed = quantise(data, [2, 2, 1, 1], 1);
  assert.deepEqual([...transposed.values], [127, -127, 0, 5]);
  assert.deepEqual([...quantise(new Float32Array(2), [1, 2, 1, 1], 0).values], [0, 0]);
});
