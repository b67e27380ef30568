import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitSerialPart } from './serialPart.js';

const close = (actual: number | undefined, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} for ${expected}`);

test('times that are a serial part and a shared one are taken apart', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 5000, noNaN: true }),
      fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 2, maxLength: 6 }),
      (serial, shared, counts) => {
        const fit = fitSerialPart(
          counts.map((threads) => ({ threads, milliseconds: serial + shared / threads })),
        );
        close(fit?.serial, serial, 1e-6);
        close(fit?.shared, shared, 1e-4);
      },
    ),
  ));

test('of times with noise, the line with the least squares', () => {
  // numpy.polyfit([1/2, 1/4, 1/8, 1/16], [658, 440, 304, 276], 1)
  const fit = fitSerialPart([
    { threads: 2, milliseconds: 658 },
    { threads: 4, milliseconds: 440 },
    { threads: 8, milliseconds: 304 },
    { threads: 16, milliseconds: 276 },
  ]);
  close(fit?.shared, 899.0608695652171, 1e-6);
  close(fit?.serial, 208.78260869565221, 1e-6);
});

test('one count of threads tells nothing', () => {
  assert.equal(fitSerialPart([]), undefined);
  assert.equal(fitSerialPart(Array(3).fill({ threads: 2, milliseconds: 5 })), undefined);
});
