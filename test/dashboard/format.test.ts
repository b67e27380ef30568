import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webModule } from '../webModule.js';

type Format = typeof import('../../web/dashboard/app/format.js');

const { formatNumber } = await webModule<Format>('dashboard/app/format.ts');

test('counts are shown to their last digit, measured values with four that count', () => {
  const shown: Readonly<Record<string, number | null>> = {
    '54413955': 54_413_955,
    '-1234567': -1_234_567,
    '0': 0,
    '0.1235': 0.123456,
    '1.23e-5': 0.0000123,
    '1.23e6': 1_234_567.5,
    '1e20': 1e20,
    NaN: null,
  };
  for (const [text, value] of Object.entries(shown)) assert.equal(formatNumber(value), text);
});
