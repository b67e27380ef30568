import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySizeFault, parseMemorySize } from './memorySize.js';

test('sizes are read in decimal and binary units', () => {
  const sizes = {
    '4GB': 4e9,
    '900mb': 9e8,
    '3.5GiB': 3.5 * 2 ** 30,
    '2000': 2000,
    '1.5 g': 1.5e9,
    '64KiB': 65536,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseMemorySize(text), bytes, text);
  for (const text of ['', '4TBs', '-1GB', 'much', '0', '1e9'])
    assert.match(memorySizeFault(text) ?? '', /no size/, text);
});
