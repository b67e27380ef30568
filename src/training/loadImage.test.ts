import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { temporaryFolder } from '../../test/tinyRun.js';
import { loadImage } from './loadImage.js';
import { testOptions } from './options.js';

test('an image is prepared as a test prepares it, by --preprocess', async () => {
  const path = join(temporaryFolder(), 'wide.png');
  await sharp({ create: { width: 96, height: 64, channels: 3, background: '#102030' } }).toFile(path);
  const opt = { name: 'x', dataroot: 'x', cropSize: 32, loadSize: 32 };
  const squeezed = await loadImage(path, testOptions(opt));
  assert.deepEqual(squeezed.shape, [1, 32, 32, 3]);
  assert.deepEqual([...squeezed.data.subarray(0, 3)], [16, 32, 48]);
  const whole = await loadImage(path, testOptions({ ...opt, preprocess: 'none' }));
  assert.deepEqual(whole.shape, [1, 64, 96, 3]);
});
