import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { bootId, isProcessAlive, processStart } from '../base/files/processIdentity.js';
import { acquireRunLock, keepRunLock, type RunLock } from './runLock.js';
import { CheckpointStore } from './store.js';

const directory = mkdtempSync(join(tmpdir(), 'lock-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'train.lock');

/** A child process that runs this after taking the lock and saying so, or says why it could not. */
async function lockInChild(then: string) {
  const module = JSON.stringify(new URL('./runLock.js', import.meta.url).href);
  const code = `
    const { acquireRunLock } = await import(${module});
    try { acquireRunLock(${JSON.stringify(directory)}); console.log('locked'); ${then} }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [output] = await once(child.stdout, 'data');
  return { child, output: String(output) };
}

test('a second process is refused, told who holds the run, and let in after a release', async () => {
  const lock = acquireRunLock(directory);
  const { output } = await lockInChild('');
  assert.match(output, /being trained already/);
  assert.match(output, new RegExp(`by +process ${process.pid}\\n`));
  assert.ok(output.includes(hostname()) && output.includes(path));
  assert.match(output, /since +\d{4}-\d\d-\d\dT/);
  assert.match(output, /fix +.*another --name.*remove the lock file/);
  assert.throws(() => acquireRunLock(directory), /being trained already/); // nor twice in one process
  lock.release();
  lock.release();
  assert.ok(!existsSync(path));
  acquireRunLock(directory).release();
});

test('a process that ends gives its lock back', async () => {
  const { child, output } = await lockInChild('process.exit(1)');
  assert.equal(output, 'locked\n');
  await once(child, 'close');
  assert.deepEqual(readdirSync(directory), []);
});

test('a killed process holds the run while it lives and not after', async () => {
  const { child } = await lockInChild('setInterval(() => {}, 1000)');
  assert.throws(() => acquireRunLock(directory), new RegExp(`process ${child.pid}`));
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.ok(existsSync(path));
  const lock = acquireRunLock(directory);
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
  lock.release();
});

/** The content of a lock that a living process, the test's parent, would have left. */
const living = {
  pid: process.ppid,
  host: hostname(),
  since: '2020-01-01T00:00:00.000Z',
  boot: bootId(),
  processStart: processStart(process.ppid),
};

test('a living owner keeps the run; one of another host too, since it cannot be asked', () => {
  for (const owner of [living, { ...living, host: 'elsewhere', pid: 1 << 22 }]) {
    writeFileSync(path, JSON.stringify(owner));
    assert.throws(() => acquireRunLock(directory), new RegExp(`process ${owner.pid}[\\s\\S]*${owner.host}`));
    assert.equal(readFileSync(path, 'utf8'), JSON.stringify(owner));
  }
});

const hasProc = existsSync('/proc/self/stat');

test('an id that was given out again is no owner', { skip: !hasProc && 'no /proc' }, () => {
  for (const changed of [{ processStart: '1' }, { boot: 'another start of the machine' }]) {
    writeFileSync(path, JSON.stringify({ ...living, ...changed }));
    acquireRunLock(directory).release();
  }
  assert.match(processStart(process.pid)!, /^\d+$/);
  assert.notEqual(processStart(process.pid), processStart(process.ppid));
});

test('a lock without an owner counts while it is young', () => {
  for (const content of ['', '{"pid":', 'null', '{"pid":"x"}']) {
    writeFileSync(path, content);
    assert.throws(() => acquireRunLock(directory), /just starting/);
    utimesSync(path, new Date(), new Date(Date.now() - 60_000));
    acquireRunLock(directory).release();
  }
});

test('a lock that has become another one is not released', () => {
  const lock = acquireRunLock(directory);
  writeFileSync(path, JSON.stringify(living));
  lock.release();
  assert.ok(existsSync(path));
  rmSync(path);
});

test('who finds a stale lock too late leaves the new one that replaced it', () => {
  writeFileSync(path, JSON.stringify({ ...living, pid: 4_194_999 }));
  let faster: RunLock | undefined;
  const slow: FileSystem = {
    ...nodeFileSystem,
    renameSync: (from, to) => {
      faster ??= acquireRunLock(directory); // between the look at the stale lock and its removal
      nodeFileSystem.renameSync(from, to);
    },
  };
  assert.throws(() => acquireRunLock(directory, slow), new RegExp(`by +process ${process.pid}\\n`));
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
  faster!.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('a full disk leaves no lock behind', () => {
  const writeSync = () => {
    throw Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write' });
  };
  const full = { ...nodeFileSystem, writeSync } as FileSystem;
  assert.throws(() => acquireRunLock(directory, full), /cannot lock the run: the disk is full[\s\S]*fix/);
  assert.deepEqual(readdirSync(directory), []);
});

test('of many processes that find a stale lock exactly one takes it', async () => {
  const stale = { ...living, pid: 4_194_999, processStart: '1' };
  writeFileSync(path, JSON.stringify(stale));
  const started = await Promise.all(
    Array.from({ length: 5 }, () => lockInChild('setInterval(() => {}, 1000)')),
  );
  assert.equal(started.filter(({ output }) => output === 'locked\n').length, 1);
  const open = started.filter(({ child }) => child.exitCode === null);
  for (const { child } of open) child.kill('SIGKILL');
  await Promise.all(open.map(({ child }) => once(child, 'close')));
  acquireRunLock(directory).release();
  assert.deepEqual(readdirSync(directory), []);
});

test('ids that are none are no living process', () => {
  assert.ok(isProcessAlive(process.pid));
  for (const pid of [0, -1, 1.5, Number.NaN, 4_194_999]) assert.ok(!isProcessAlive(pid), String(pid));
});

test('a lock that somebody has removed, with its folder or alone, or emptied, is taken again', () => {
  const below = join(directory, 'watched', 'run');
  const lock = acquireRunLock(below);
  assert.equal(keepRunLock(lock), false);
  rmSync(lock.path);
  assert.equal(keepRunLock(lock), true);
  rmSync(join(directory, 'watched'), { recursive: true });
  assert.equal(keepRunLock(lock), true);
  writeFileSync(lock.path, '');
  assert.equal(keepRunLock(lock), false, 'it may be that another process is just writing its name');
  utimesSync(lock.path, new Date(), new Date(Date.now() - 60_000));
  assert.equal(keepRunLock(lock), true);
  assert.throws(() => acquireRunLock(below), /being trained already/);
  lock.release();
  rmSync(join(directory, 'watched'), { recursive: true });
});

test('who finds that another process has taken its lock is told so, and leaves it alone', () => {
  const lock = acquireRunLock(directory);
  writeFileSync(path, JSON.stringify(living));
  assert.throws(
    () => keepRunLock(lock),
    new RegExp(`another process has taken it[\\s\\S]*process ${living.pid}`),
  );
  const store = new CheckpointStore(directory, { lock });
  const w = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  const checkpoint = { epoch: 1, totalIters: 1, options: {}, networks: { G: new Map([['w', w]]) } };
  assert.throws(() => store.save(['latest'], checkpoint), /another process has taken it/);
  assert.deepEqual(readdirSync(directory), ['train.lock']);
  lock.release();
  assert.equal(readFileSync(path, 'utf8'), JSON.stringify(living));
  rmSync(path);
});

test('a save notices a lock that was lost while it wrote', () => {
  const lock = acquireRunLock(directory);
  let writes = 0;
  const fs = {
    ...nodeFileSystem,
    fsyncSync: (descriptor: number) => {
      if (writes++ === 0) writeFileSync(path, JSON.stringify(living));
      nodeFileSystem.fsyncSync(descriptor);
    },
  } as FileSystem;
  const w = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  const checkpoint = { epoch: 1, totalIters: 1, options: {}, networks: { G: new Map([['w', w]]) } };
  assert.throws(
    () => new CheckpointStore(directory, { lock, fs }).save(['latest'], checkpoint),
    /another process has taken it/,
  );
  assert.deepEqual(readdirSync(directory), ['train.lock']);
  rmSync(path);
  lock.release();
});
