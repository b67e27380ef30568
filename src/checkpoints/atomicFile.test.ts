import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { parseTemporaryName, temporaryName, writeDurable, writeFileAtomic } from './atomicFile.js';
import { nodeFileSystem } from './fileSystem.js';

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
  writeFileAtomic(path, 'eleven bytes', slow as typeof nodeFileSystem);
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

test('a folder in the way, a missing folder and one without permission are named with the mend', () => {
  const folder = join(directory, 'in the way');
  mkdirSync(join(folder, 'within'), { recursive: true });
  const inTheWay = () => writeFileAtomic(folder, 'x');
  assert.throws(inTheWay, (error) => error instanceof Pix2PixError && error.message.includes(folder));
  assert.throws(
    () => writeFileAtomic(join(directory, 'absent', 'file'), 'x'),
    /no such file or folder[\s\S]*fix/,
  );
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

test('temporary names are hidden, new each time, and tell target and process', () => {
  const name = temporaryName('run/latest.json');
  assert.notEqual(name, temporaryName('run/latest.json'));
  assert.deepEqual(parseTemporaryName(name), { target: 'latest.json', pid: process.pid });
  for (const other of ['latest.json', '.x.tmp', `../${name}`, `x${name}`, name.replace('json', '/json')]) {
    assert.equal(parseTemporaryName(other), undefined, other);
  }
});
