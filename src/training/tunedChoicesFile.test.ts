import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TunedChoicesFile } from './tunedChoicesFile.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-tuned-'));
after(() => rmSync(folder, { recursive: true }));

test('choices are kept by device, beside those that another process adds', async () => {
  const path = join(folder, 'new folder', 'algorithms.json');
  const [one, another] = [new TunedChoicesFile(path), new TunedChoicesFile(path)];
  assert.deepEqual(await one.read('cpu'), {});
  assert.equal(await one.add('cpu', { a: { direct: 1 } }), true);
  assert.equal(await another.add('cpu', { b: { direct: 2 } }), true);
  assert.equal(await another.add('gpu', { a: { direct: 3 } }), true);
  assert.deepEqual(await one.read('cpu'), { a: { direct: 1 }, b: { direct: 2 } });
  assert.deepEqual(await one.read('gpu'), { a: { direct: 3 } });
});

for (const [name, contents] of [
  ['no JSON', '{"a'],
  ['a list', '[1, 2]'],
  ['no choices', '{"cpu": 3}'],
]) {
  test(`a file of another kind (${name}) counts as empty and is replaced`, async () => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, contents);
    const file = new TunedChoicesFile(path);
    assert.deepEqual(await file.read('cpu'), {});
    assert.equal(await file.add('cpu', { a: { direct: 1 } }), true);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { cpu: { a: { direct: 1 } } });
  });
}

test('where nothing can be kept it says so', async () => {
  const path = join(folder, 'a folder');
  mkdirSync(path);
  assert.equal(await new TunedChoicesFile(path).add('cpu', {}), false);
});
