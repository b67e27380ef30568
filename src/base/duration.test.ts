import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatClock, formatDuration } from './duration.js';

const DAY = 86_400;

test('durations in words', () => {
  const known: [number, string][] = [
    [0, '0 s'],
    [59.4, '59 s'],
    [59.7, '1 min'],
    [89, '1 min'],
    [3569, '59 min'],
    [3571, '1 h'],
    [4000, '1 h 7 min'],
    [DAY - 31, '23 h 59 min'],
    [DAY - 29, '1 d'],
    [3 * DAY + 4 * 3600 + 300, '3 d 4 h'],
    [Number.POSITIVE_INFINITY, '?'],
    [Number.NaN, '?'],
    [-1, '?'],
  ];
  for (const [seconds, text] of known) assert.equal(formatDuration(seconds), text);
});

test('durations as a clock shows them', () => {
  const known: [number, string][] = [
    [7, '0:07'],
    [59.7, '1:00'],
    [725, '12:05'],
    [9067, '2:31:07'],
    [3 * DAY + 4 * 3600 + 300, '3d 04:05'],
    [Number.POSITIVE_INFINITY, '--:--'],
    [Number.NaN, '--:--'],
  ];
  for (const [seconds, text] of known) assert.equal(formatClock(seconds), text);
});

/** Seconds that a text stands for. */
function secondsIn(text: string): number {
  const units = { s: 1, min: 60, h: 3600, d: DAY };
  return [...text.matchAll(/(\d+) (s|min|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
    0,
  );
}

test('words say a duration up to half of their smallest unit, days up to an hour', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 400 * DAY, noNaN: true }), (seconds) => {
      const text = formatDuration(seconds);
      const error = text.includes('d') ? 3600 : seconds < 59 ? 0.5 : 30.5;
      assert.ok(Math.abs(secondsIn(text) - seconds) <= error, `${seconds}: ${text}`);
    }),
    { seed: 1 },
  );
});
