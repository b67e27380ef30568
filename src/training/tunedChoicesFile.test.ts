import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  assert.deepEqual(await one.add('cpu', { a: { direct: 1 } }), { a: { direct: 1 } });
  assert.deepEqual(await another.add('cpu', { b: { direct: 2 } }), { a: { direct: 1 }, b: { direct: 2 } });
  assert.deepEqual(await another.add('gpu', { a: { direct: 3 } }), { a: { direct: 3 } });
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
    assert.deepEqual(await file.add('cpu', { a: { direct: 1 } }), { a: { direct: 1 } });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { cpu: { a: { direct: 1 } } });
  });
}

test('where nothing can be kept it says so', async () => {
  const path = join(folder, 'a folder');
  mkdirSync(path);
  assert.equal(await new TunedChoicesFile(path).add('cpu', {}), undefined);
});

test('what is kept already stays: the second to write is told what the first one wrote', async () => {
  const path = join(folder, 'twice.json');
  const [one, another] = [new TunedChoicesFile(path), new TunedChoicesFile(path)];
  assert.deepEqual(await one.add('cpu', { a: 1, b: 1 }), { a: 1, b: 1 });
  assert.deepEqual(await another.add('cpu', { b: 2, c: 2 }), { a: 1, b: 1, c: 2 });
  assert.deepEqual(await one.read('cpu'), { a: 1, b: 1, c: 2 });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('twice')),
    ['twice.json'],
  );
});

test('of many processes that write at the same time none overwrites another', async () => {
  const path = join(folder, 'many.json');
  const source = `
    const { TunedChoicesFile } = await import(${JSON.stringify(new URL('./tunedChoicesFile.js', import.meta.url))});
    const file = new TunedChoicesFile(${JSON.stringify(path)});
    for (let i = 0; i < 20; i++) await file.add('cpu', { [i]: process.pid, [process.pid + ' ' + i]: 1 });`;
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]));
  assert.deepEqual(codes, [0, 0, 0]);
  const kept = await new TunedChoicesFile(path).read('cpu');
  assert.equal(Object.keys(kept).length, 20 + 3 * 20);
});

test('a lock that another computer has left is waited for, and then passed over', async () => {
  const path = join(folder, 'locked.json');
  const owner = { pid: 1, host: 'elsewhere', since: '2020-01-01T00:00:00.000Z' };
  writeFileSync(`${path}.lock`, JSON.stringify(owner));
  assert.deepEqual(await new TunedChoicesFile(path).add('cpu', { a: 1 }), { a: 1 });
});
