import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { TunedChoices } from '../engine/runtime/tunedChoices.js';
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

/** What another computer leaves that ends while it holds the lock. */
const lockOf = (file: string, since: number) =>
  writeFileSync(
    `${file}.lock`,
    JSON.stringify({ pid: 1, host: 'elsewhere', since: new Date(since).toISOString() }),
  );

/** Adds choices to a file whose lock is held, by another one from each tick on, and lets so many of 20 ms pass. */
async function addedIn(t: TestContext, file: string, ticks: number, lock = (_tick: number) => {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  syncBuiltinESMExports(); // that of node:timers/promises, which the file imports
  let added: TunedChoices | undefined;
  const adding = new TunedChoicesFile(file).add('cpu', { a: 1 }).then((choices) => {
    added = choices;
  });
  for (let tick = 1; tick <= ticks; tick++) {
    lock(tick);
    t.mock.timers.tick(20);
    await setImmediate();
  }
  return { added, adding };
}

test('a lock that another computer has left is waited for, and then passed over', async (t) => {
  const path = join(folder, 'locked.json');
  lockOf(path, 0);
  assert.equal((await addedIn(t, path, 50)).added, undefined);
  t.mock.timers.reset();
  assert.deepEqual((await addedIn(t, path, 150)).added, { a: 1 });
});

test('a lock that others hold one after the other is waited for as long as they come', async (t) => {
  const path = join(folder, 'busy.json');
  lockOf(path, 0);
  const { added, adding } = await addedIn(t, path, 500, (tick) => lockOf(path, tick));
  assert.equal(added, undefined);
  rmSync(`${path}.lock`);
  t.mock.timers.tick(20);
  await adding;
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('busy')),
    ['busy.json'],
  );
});
