import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fingerprint } from './fingerprint.js';
import { openIdx } from './pair/idx/idxSource.js';
import { findImages } from './pair/imageFolder.js';

const root = mkdtempSync(join(tmpdir(), 'fingerprint-'));
after(() => rmSync(root, { recursive: true }));

async function print(folder: string, mostSizes?: number) {
  return fingerprint([await findImages(join(root, folder))], undefined, mostSizes);
}

mkdirSync(join(root, 'a', 'sub'), { recursive: true });
writeFileSync(join(root, 'a', 'é.png'), '12345');
writeFileSync(join(root, 'a', 'sub', 'x.png'), '1');

test('it is the SHA-256 of names and sizes', async () => {
  const expected = createHash('sha256').update('2\nsub/x.png\0é.png\x001 5 ').digest('hex');
  assert.deepEqual(await print('a'), { hash: expected, of: 'names and sizes of 2 files' });
});

test('another place leaves it as it is; another name, size or file changes it', async () => {
  const before = (await print('a')).hash;
  cpSync(join(root, 'a'), join(root, 'b'), { recursive: true });
  assert.equal((await print('b')).hash, before);
  writeFileSync(join(root, 'b', 'é.png'), '123456');
  const resized = (await print('b')).hash;
  renameSync(join(root, 'b', 'é.png'), join(root, 'b', 'e.png'));
  const renamed = (await print('b')).hash;
  writeFileSync(join(root, 'b', 'f.png'), '');
  const grown = (await print('b')).hash;
  assert.equal(new Set([before, resized, renamed, grown]).size, 4);
});

test('of a large set some sizes are taken, and it says so', async () => {
  mkdirSync(join(root, 'many'));
  for (let i = 0; i < 10; i++) writeFileSync(join(root, 'many', `${i}.png`), 'x');
  const before = await print('many', 5);
  assert.equal(before.of, 'names of 10 files, sizes of 5 of them');
  writeFileSync(join(root, 'many', '1.png'), 'xx'); // passed over
  assert.deepEqual(await print('many', 5), before);
  writeFileSync(join(root, 'many', '2.png'), 'xx');
  assert.notEqual((await print('many', 5)).hash, before.hash);
});

test('of digits, it is that of the one file which is read', async () => {
  mkdirSync(join(root, 'digits'));
  const file = Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7]);
  for (const phase of ['train', 't10k'])
    writeFileSync(join(root, 'digits', `${phase}-images-idx3-ubyte`), file);
  const { hash, of } = await fingerprint((await openIdx(join(root, 'digits'), 'train')).files);
  assert.equal(hash, createHash('sha256').update('1\ntrain-images-idx3-ubyte\x0017 ').digest('hex'));
  assert.equal(of, 'names and sizes of 1 files');
});
