import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { glob, globBase, isGlob } from './glob.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-glob-')).replaceAll('\\', '/');
after(() => rmSync(folder, { recursive: true }));
for (const path of [
  'a.png',
  'b.jpg',
  'x/a.png',
  'x/y/c.png',
  '.hidden/a.png',
  'x/.d.png',
  'w+(1).png',
  'x/!z.png',
]) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), '');
}

test('wildcards stay within a name, ** crosses folders, hidden names must be asked for', () => {
  const found = (pattern: string) => glob(`${folder}/${pattern}`);
  assert.deepEqual(found('*.png'), ['a.png', 'w+(1).png']);
  assert.deepEqual(found('?.{png}'), []);
  assert.deepEqual(found('?.{png,jpg}'), ['a.png', 'b.jpg']);
  assert.deepEqual(found('{x,.hidden}/a.png'), ['.hidden/a.png', 'x/a.png']);
  assert.deepEqual(found('[ab].*'), ['a.png', 'b.jpg']);
  assert.deepEqual(found('[!a].*'), ['b.jpg']);
  assert.deepEqual(found('**/*.png'), ['a.png', 'w+(1).png', 'x/!z.png', 'x/a.png', 'x/y/c.png']);
  assert.deepEqual(found('x/**'), ['!z.png', 'a.png', 'y/c.png']);
  assert.deepEqual(found('*/a.png'), ['x/a.png']);
  assert.deepEqual(found('.h*/a.png'), ['.hidden/a.png']);
  assert.deepEqual(found('none/*.png'), []);
  assert.deepEqual(found('w+(1).*'), ['w+(1).png']);
  assert.deepEqual(found('x/!*'), ['!z.png']);
});

test('the base is what stands before the first wildcard', () => {
  assert.deepEqual(['in/*.png', '*.png', '/*.png', 'a/b/**/c.png', 'a/{b,c}/d.png'].map(globBase), [
    'in',
    '.',
    '/',
    'a/b',
    'a',
  ]);
  assert.deepEqual(['a.png', 'a*.png', 'a[1].png', '?', 'a{1}.png', 'a{1,2}.png'].map(isGlob), [
    false,
    true,
    true,
    true,
    false,
    true,
  ]);
});
