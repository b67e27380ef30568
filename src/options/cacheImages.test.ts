import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheImagesFault, parseCacheImages } from './cacheImages.js';

test('auto, off, a size, or a number of gigabytes', () => {
  const values = ['auto', 'Auto', 'off', '0', '4', '0.5', '4GB', '4 GB', '900MB', '2GiB'];
  assert.deepEqual(values.map(parseCacheImages), [
    ...['auto', 'auto', 0, 0, 4e9, 0.5e9, 4e9, 4e9, 900e6, 2 * 2 ** 30],
  ]);
  assert.deepEqual(values.map(cacheImagesFault), Array(values.length).fill(undefined));
});

test('anything else is refused', () => {
  for (const text of ['', 'on', 'yes', '-1', '4 TB', '1e9', 'auto4', '.', '1.2.3'])
    assert.match(cacheImagesFault(text)!, /neither auto nor off nor a size such as 4GB/, text);
});
