import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatBytes } from './byteSize.js';

test('bytes are written with three digits and the unit that needs no more than three before the point', () => {
  const written: Readonly<Record<string, number>> = {
    '0 B': 0,
    '999 B': 999,
    '1.00 kB': 1000,
    '12.4 MB': 12.4e6,
    '229 MB': 228_866_000,
    '1.00 MB': 999_800,
    '1.44 GB': 1.44e9,
    '2048 TB': 2.048e15,
  };
  for (const [text, bytes] of Object.entries(written)) assert.equal(formatBytes(bytes), text);
});

test('no size is off by more than half of its third digit, and none has an exponent', () => {
  const factors: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e16, noNaN: true }), (bytes) => {
      const [number, unit] = formatBytes(bytes).split(' ');
      assert.match(number, /^\d+(\.\d+)?$/);
      const off = Math.abs(Number(number) * factors[unit] - bytes);
      assert.ok(off <= Math.max(0.005 * bytes, 0.5) + 1e-9, `${bytes} is not ${number} ${unit}`);
    }),
  );
});
