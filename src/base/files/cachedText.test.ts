import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cachedText } from './cachedText.js';

const { PIX2PIX_CACHE } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-cache-'));
process.env.PIX2PIX_CACHE = join(folder, 'of its own');
after(() => {
  if (PIX2PIX_CACHE === undefined) delete process.env.PIX2PIX_CACHE;
  else process.env.PIX2PIX_CACHE = PIX2PIX_CACHE;
  rmSync(folder, { recursive: true });
});

test('a text is kept under its name in the cache folder, which is made where it is missing', () => {
  const text = cachedText('times.json');
  assert.equal(text.read(), undefined);
  assert.equal(text.write('1'), true);
  assert.equal(text.write('2'), true);
  assert.equal(cachedText('times.json').read(), '2');
  assert.equal(readFileSync(join(folder, 'of its own', 'times.json'), 'utf8'), '2');
  assert.equal(cachedText('others.json').read(), undefined);
});

test('where it cannot be kept it says so', () => {
  mkdirSync(join(folder, 'of its own', 'taken'), { recursive: true });
  assert.equal(cachedText('taken').write('1'), false);
  assert.equal(cachedText('taken').read(), undefined);
});
