import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { makeFolder } from './makeFolder.js';

const directory = mkdtempSync(join(tmpdir(), 'folder-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function failing(code: string): FileSystem {
  const mkdirSync = () => {
    throw Object.assign(new Error(`${code}: no`), { code, syscall: 'mkdir' });
  };
  return { ...nodeFileSystem, mkdirSync: mkdirSync as unknown as FileSystem['mkdirSync'] };
}

test('a folder is made with all above it, and is no error where it is there', () => {
  const path = join(directory, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  assert.ok(existsSync(path));
  symlinkSync(join(directory, 'a'), join(directory, 'link'));
  makeFolder(join(directory, 'link', 'd'));
  assert.ok(existsSync(join(directory, 'a', 'd')));
});

test('each new folder is synced into the one above it', { skip: process.platform === 'win32' }, () => {
  const [opened, synced] = [new Map<number, string>(), [] as string[]];
  const fs = {
    ...nodeFileSystem,
    openSync: (path: string, flags: string) => {
      const descriptor = nodeFileSystem.openSync(path, flags);
      opened.set(descriptor, path);
      return descriptor;
    },
    fsyncSync: (descriptor: number) => void synced.push(basename(opened.get(descriptor)!)),
  };
  makeFolder(join(directory, 'x', 'y', 'z'), fs as FileSystem);
  assert.deepEqual(synced, [basename(directory), 'x', 'y']);
});

test('a file in the way, a refusal and a loop of links are named', () => {
  writeFileSync(join(directory, 'file'), '');
  assert.throws(
    () => makeFolder(join(directory, 'file')),
    /there is a file, not a folder[\s\S]*move the file away/,
  );
  assert.throws(() => makeFolder(join(directory, 'file', 'b')), /cannot make a folder[\s\S]*fix/);
  assert.throws(
    () => makeFolder(join(directory, 'n'), failing('EACCES')),
    /permission denied[\s\S]*path +\S+n/,
  );
  assert.throws(() => makeFolder(join(directory, 'n'), failing('EROFS')), /the file system is read-only/);
  symlinkSync('loop', join(directory, 'loop'));
  assert.throws(() => makeFolder(join(directory, 'loop')), /links lead in a circle/);
});

test('a disk that may not be written says so', (context) => {
  const disk = join(directory, 'read-only');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk]).status !== 0) {
    context.skip('a disk cannot be mounted here');
    return;
  }
  try {
    assert.throws(() => makeFolder(join(disk, 'run')), /the file system is read-only[\s\S]*EROFS/);
  } finally {
    spawnSync('umount', [disk]);
  }
});

// In a process of its own: Node's recursive mkdir never returns there.
test('a file system that refuses folders is reported, and does not make the program hang', {
  skip: !existsSync('/proc/self') && 'no /proc',
}, () => {
  const program = `import { makeFolder } from ${JSON.stringify(new URL('./makeFolder.js', import.meta.url).href)};
    makeFolder('/proc/nowhere/experiment');`;
  const { status, stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual([status, signal], [1, null]);
  assert.match(stderr, /takes none there[\s\S]*path +\/proc\/nowhere\n/);
});
