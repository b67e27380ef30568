import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acquireRunLock } from '../../checkpoints/runLock.js';
import { findRuns } from './findRuns.js';
import { RunInUse, removeRun } from './removeRun.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'remove-run-')));
after(() => rmSync(root, { recursive: true }));

/** A folder with these files, all of them empty. */
function makeFiles(folder: string, ...files: readonly string[]): string {
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

test('runs below a run are found, but not among its pages', async () => {
  const logs = makeFiles(
    join(root, 'nested'),
    'a/run.json',
    'a/web/index.html',
    'a/web/images/deep/run.json',
    'a/b/run.json',
    'a/web2/c/run.json',
    'd/web/run.json',
    'd/run.json',
  );
  assert.deepEqual((await findRuns(logs)).ids, ['a', 'a/b', 'a/web2/c', 'd', 'd/web']);
});

test('what is being trained, anywhere below, is not removed', async () => {
  for (const below of ['.', 'b', join('.hidden', 'deep', 'b')]) {
    const run = makeFiles(join(root, 'training'), 'run.json');
    const lock = acquireRunLock(join(run, below));
    await assert.rejects(removeRun(run), (error) => {
      assert.ok(error instanceof RunInUse, String(error));
      assert.match(error.message, new RegExp(`being trained[\\s\\S]*${process.pid}[\\s\\S]*train.lock`));
      return true;
    });
    assert.ok(existsSync(lock.path));
    lock.release();
    await removeRun(run);
    assert.deepEqual(readdirSync(root).sort(), ['nested']);
  }
});

test('a lock of another computer, which cannot be asked, counts; one of a process that is gone does not', async () => {
  const run = makeFiles(join(root, 'locks'), 'run.json', 'part/train.lock');
  const owner = { pid: 4_194_999, host: 'elsewhere', since: '2020-01-01T00:00:00.000Z' };
  writeFileSync(join(run, 'part', 'train.lock'), JSON.stringify(owner));
  await assert.rejects(removeRun(run), RunInUse);
  writeFileSync(join(run, 'part', 'train.lock'), JSON.stringify({ ...owner, host: hostname() }));
  await removeRun(run);
  assert.ok(!existsSync(run));
});

test('another run below is not removed with it: its record, events or checkpoints are somebody’s work', async () => {
  for (const file of ['run.json', 'latest.json', '12.json', 'events.out.tfevents.1.host.1.0']) {
    const run = makeFiles(join(root, 'above'), 'run.json', 'latest.json', join('group', 'below', file));
    await assert.rejects(removeRun(run), /another run lies below this one: above.group.below/);
    assert.ok(existsSync(join(run, 'group', 'below', file)));
    rmSync(join(run, 'group'), { recursive: true });
    await removeRun(run);
  }
});

test('a training that starts while it is being moved aside gets its folder back', async () => {
  const run = makeFiles(join(root, 'late'), 'run.json', 'kept');
  let lock: { release(): void } | undefined;
  await assert.rejects(
    removeRun(run, () => {
      lock = acquireRunLock(run);
    }),
    RunInUse,
  );
  assert.deepEqual(readdirSync(run).sort(), ['kept', 'run.json', 'train.lock']);
  lock!.release();
  await removeRun(run);
  assert.ok(!existsSync(run));
});
