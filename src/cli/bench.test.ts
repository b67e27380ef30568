import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pix2pix, TINY, temporaryFolder } from '../../test/tinyRun.js';

const folder = temporaryFolder();

test('bench times steps of any options without data, as text and as JSON', () => {
  const { status, stdout } = pix2pix(folder, ['bench', ...TINY, '--steps', '2', '--profile', '--quiet']);
  assert.equal(status, 0);
  assert.match(stdout, /^a step: \d+ ms \(median of 2, fastest \d+ ms\)$/m);
  for (const title of ['by kind of work', 'by layer', 'by operator'])
    assert.match(stdout, new RegExp(`^${title}`, 'm'));
  assert.match(stdout, /^ {2}[GD]\.[\w.]+ +\d+\.\d ms +\d+\.\d %$/m);
  const json = pix2pix(folder, ['bench', ...TINY, '--batch_size', '3', '--steps', '4', '--json', '--quiet']);
  const result = JSON.parse(json.stdout);
  assert.equal(result.steps.length, 4);
  assert.equal(result.batch, 3);
  assert.ok(result.peakRssBytes > 2 ** 24, 'no process of Node is smaller');
  assert.equal(result.profile, undefined);
});

test('bench refuses what train refuses', () => {
  const { status, stderr } = pix2pix(folder, ['bench', '--netG', 'unet_64', '--crop_size', '48']);
  assert.equal(status, 1);
  assert.match(stderr, /^error: /m);
});
