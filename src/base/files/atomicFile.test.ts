import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { writeFileAtomic, writeNewFile } from './atomicFile.js';
import { writeDurable } from './durableFile.js';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { parseTemporaryName } from './parseTemporaryName.js';

const directory = mkdtempSync(join(tmpdir(), 'atomic-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('a file is replaced as a whole, and its size and digest are told', () => {
  const path = join(directory, 'file');
  assert.deepEqual(writeFileAtomic(path, 'abc'), {
    bytes: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', // FIPS 180-2, example B.1
  });
  const large = Buffer.alloc(3_000_001, 'xyz');
  const written = writeFileAtomic(path, large);
  assert.deepEqual(readFileSync(path), large);
  assert.equal(written.sha256, createHash('sha256').update(large).digest('hex'));
  assert.deepEqual(readdirSync(directory), ['file']);
});

test('a disk that takes only a part at a time gets it all', () => {
  const path = join(directory, 'slow');
  const slow = {
    ...nodeFileSystem,
    writeSync: (fd: number, data: Uint8Array, at: number, count: number) => {
      return nodeFileSystem.writeSync(fd, data, at, Math.min(3, count));
    },
  };
  writeFileAtomic(path, 'eleven bytes', { fs: slow as typeof nodeFileSystem });
  assert.equal(readFileSync(path, 'utf8'), 'eleven bytes');
});

test('a failure leaves the old file and nothing beside it', () => {
  const folder = join(directory, 'failure');
  mkdirSync(folder);
  const path = join(folder, 'file');
  writeFileAtomic(path, 'old');
  const failing = () =>
    writeFileAtomic(path, (file) => {
      file.write(Buffer.from('half of the ne'));
      throw new Error('no more');
    });
  assert.throws(failing, /^Error: no more/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('a folder in the way is named with the fix, a missing folder is made', () => {
  const folder = join(directory, 'in the way');
  mkdirSync(join(folder, 'within'), { recursive: true });
  const inTheWay = () => writeFileAtomic(folder, 'x');
  assert.throws(inTheWay, (error: Error) => error instanceof Pix2PixError && error.message.includes(folder));
  writeFileAtomic(join(directory, 'absent', 'too', 'file'), 'x');
  assert.equal(readFileSync(join(directory, 'absent', 'too', 'file'), 'utf8'), 'x');
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

const isRoot = process.getuid?.() === 0;

test('a folder that must not be written is named', { skip: isRoot && 'root may write everywhere' }, () => {
  const folder = join(directory, 'closed');
  mkdirSync(folder, { mode: 0o555 });
  assert.throws(() => writeFileAtomic(join(folder, 'file'), 'x'), /permission denied[\s\S]*closed[\s\S]*fix/);
  chmodSync(folder, 0o755);
});

test('a device that is full says so', { skip: !existsSync('/dev/full') && 'no /dev/full' }, () => {
  const full = { ...nodeFileSystem, openSync: () => nodeFileSystem.openSync('/dev/full', 'w') };
  const write = () => writeDurable(join(directory, 'full'), (file) => file.write(Buffer.alloc(10)), full);
  assert.throws(write, /the disk is full[\s\S]*ENOSPC[\s\S]*free some space/);
});

test('a small disk: refused early when it tells its size, and when the write fails otherwise', (context) => {
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status !== 0) {
    context.skip('a small disk cannot be mounted here');
    return;
  }
  try {
    const path = join(disk, 'file');
    writeFileAtomic(path, 'old');
    const large = Buffer.alloc(4_000_000);
    assert.throws(
      () => writeFileAtomic(path, large),
      /nearly full[\s\S]*needed +5\.0 MB[\s\S]*free +3\.1 MB/,
    );
    assert.throws(() => writeFileAtomic(path, (file) => file.write(large)), /the disk is full[\s\S]*ENOSPC/);
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(disk), ['file']);
  } finally {
    spawnSync('umount', [disk]);
  }
});

/** The real file system, with the calls that change the disk or wait for it written down in order. */
function recording(): { fs: FileSystem; calls: string[] } {
  const calls: string[] = [];
  const paths = new Map<number, string>();
  const name = (path: unknown) => {
    const last = basename(String(path));
    return parseTemporaryName(last) === undefined ? last : 'temporary';
  };
  const fs = {
    ...nodeFileSystem,
    openSync: (path: string, flags: string) => {
      const descriptor = nodeFileSystem.openSync(path, flags);
      paths.set(descriptor, path);
      if (flags !== 'r') calls.push(`create ${name(path)}`);
      return descriptor;
    },
    fsyncSync: (descriptor: number) => void calls.push(`sync ${name(paths.get(descriptor))}`),
    renameSync: (from: string, to: string) => {
      calls.push(`rename ${name(from)} ${name(to)}`);
      nodeFileSystem.renameSync(from, to);
    },
    linkSync: (from: string, to: string) => {
      calls.push(`link ${name(from)} ${name(to)}`);
      nodeFileSystem.linkSync(from, to);
    },
  };
  return { fs: fs as FileSystem, calls };
}

// After a power cut a file system may keep a rename and lose the bytes before it, or lose a rename that was not synced.
test('the bytes are on the disk before the name is, and the name before the call returns', async () => {
  const folder = join(directory, 'order');
  mkdirSync(folder);
  const whole = ['create temporary', 'sync temporary', 'rename temporary file', 'sync order'];
  for (let time = 0; time < 2; time++) {
    const { fs, calls } = recording();
    writeFileAtomic(join(folder, 'file'), 'x', { fs });
    assert.deepEqual(calls, process.platform === 'win32' ? whole.slice(0, 3) : whole);
  }
  const { fs, calls } = recording();
  await writeNewFile(join(folder, 'new'), (add) => add('x'), false, fs);
  assert.deepEqual(calls.slice(0, 3), ['create temporary', 'sync temporary', 'link temporary new']);
  assert.deepEqual(calls.slice(3), process.platform === 'win32' ? [] : ['sync order']);
  assert.deepEqual(readdirSync(folder), ['file', 'new']);
});

test('a write that need not be durable does not sync, and is still atomic', () => {
  const { fs, calls } = recording();
  writeFileAtomic(join(directory, 'order', 'file'), 'x', { durable: false, fs });
  assert.deepEqual(calls, ['create temporary', 'rename temporary file']);
});

test('a reader sees the old content or the new one at every moment of a write', () => {
  const path = join(directory, 'order', 'read');
  writeFileAtomic(path, 'old');
  const seen = new Set<string>();
  const looking = Object.fromEntries(
    Object.entries(nodeFileSystem).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        seen.add(readFileSync(path, 'utf8'));
        const result = (call as (...args: unknown[]) => unknown)(...args);
        seen.add(readFileSync(path, 'utf8'));
        return result;
      },
    ]),
  );
  writeFileAtomic(path, 'new one', { fs: looking as unknown as FileSystem });
  assert.deepEqual([...seen], ['old', 'new one']);
});

const WRITER = `
import { workerData } from 'node:worker_threads';
const { writeFileAtomic } = await import(workerData.module);
for (let time = 0; time < workerData.times; time++)
  writeFileAtomic(workerData.path, workerData.text, { durable: false });
`;

test('threads that write one file at the same time all succeed, and leave one of their texts', async () => {
  const path = join(directory, 'threads', 'file');
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(5000));
  const module = new URL('./atomicFile.js', import.meta.url).href;
  const program = new URL(`data:text/javascript,${encodeURIComponent(WRITER)}`);
  const workers = texts.map(
    (text) => new Worker(program, { workerData: { module, path, text, times: 1000 }, execArgv: [] }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  assert.ok(texts.includes(readFileSync(path, 'utf8')));
  assert.deepEqual(readdirSync(join(directory, 'threads')), ['file']);
});

test('a new file replaces nothing unless told to, also not what has come meanwhile', async () => {
  const path = join(directory, 'taken');
  const write = (add: (piece: string) => Promise<void>) => add('mine');
  await writeNewFile(path, write, false);
  await assert.rejects(writeNewFile(path, write, false), /the file exists[\s\S]*--overwrite/);
  rmSync(path);
  const late = async (add: (piece: string) => Promise<void>) => {
    await add('mine');
    writeFileAtomic(path, 'another');
  };
  await assert.rejects(writeNewFile(path, late, false), /the file exists/);
  assert.equal(readFileSync(path, 'utf8'), 'another');
  await writeNewFile(path, write, true);
  assert.equal(readFileSync(path, 'utf8'), 'mine');
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a pipe is not replaced by a file', { skip: process.platform === 'win32' && 'no pipes' }, () => {
  const pipe = join(directory, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  assert.throws(() => writeFileAtomic(pipe, 'x'), /a device or a pipe[\s\S]*fix/);
});
