import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cacheFolder } from './cacheFolder.js';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('$PIX2PIX_CACHE is the folder itself', () => {
  process.env.PIX2PIX_CACHE = '/somewhere/else';
  assert.equal(cacheFolder(), '/somewhere/else');
});

// https://specifications.freedesktop.org/basedir-spec: a variable that is set but empty counts as not set.
test('on Linux, a folder of our own where the XDG base directories say', {
  skip: process.platform !== 'linux',
}, () => {
  process.env.PIX2PIX_CACHE = '';
  process.env.XDG_CACHE_HOME = '/var/cache/mine';
  assert.equal(cacheFolder(), '/var/cache/mine/pix2pix-ts');
  process.env.XDG_CACHE_HOME = '';
  assert.equal(cacheFolder(), join(homedir(), '.cache', 'pix2pix-ts'));
});
