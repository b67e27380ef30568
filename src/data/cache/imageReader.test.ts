import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/tinyRun.js';
import { bytes as pictures } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import type { DecodeNote } from '../decode/decodeNote.js';
import { ImageReader } from './imageReader.js';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/images');
const folder = temporaryFolder();
const COLOURS = pictures(3);
const SIZE = { width: 20, height: 10 };
const AMPLE = { bytes: 1e9, leaveFree: 0 };

let made = 0;
function copyOf(fixture: string): string {
  const path = join(folder, `${made++}-${fixture}`);
  copyFileSync(join(fixtures, fixture), path);
  return path;
}

function keeping(bound = AMPLE): ImageReader {
  const reader = new ImageReader();
  reader.keepWithin(bound);
  return reader;
}

const bytesOf = async (reader: ImageReader, path: string) =>
  Buffer.from((await (await reader.whole({ path }, COLOURS)).resized(SIZE, 3)).data);

/** Puts other bytes into a file without a trace: its size and time stay. */
function spoil(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, Buffer.alloc(readFileSync(path).length));
  utimesSync(path, atime, mtime);
}

test('a file is decoded once', async () => {
  const path = copyOf('photo.png');
  utimesSync(path, 1e9, 1e9); // whole seconds, which utimes can put back
  const [plain, reader] = [new ImageReader(), keeping()];
  const before = await bytesOf(plain, path);
  assert.deepEqual(await bytesOf(reader, path), before);
  spoil(path);
  assert.deepEqual(await bytesOf(reader, path), before);
  const part = await reader.whole({ path }, COLOURS);
  assert.deepEqual(part.size, { width: 40, height: 30 });
  await assert.rejects(bytesOf(plain, path), BadImageError);
});

test('a file that has changed since is decoded again, and kept as it is then', async () => {
  const path = copyOf('rgb.ppm');
  const [plain, reader] = [new ImageReader(), keeping()];
  const file = readFileSync(path);
  const before = await bytesOf(reader, path);
  for (const [seconds, bytes] of [
    [1e9, file.map((byte, i) => (i < 100 ? byte : 255 - byte))], // of the same size, at another time
    [1e9, Buffer.concat([file, Buffer.alloc(1)])], // of another size, at the same time
  ] as const) {
    writeFileSync(path, bytes);
    utimesSync(path, seconds, seconds);
    const after = await bytesOf(plain, path);
    assert.equal(after.equals(before), bytes.length > file.length);
    assert.deepEqual(await bytesOf(reader, path), after);
    spoil(path);
    assert.deepEqual(await bytesOf(reader, path), after);
  }
});

test('a file that is gone is missing, although its image was kept', async () => {
  const path = copyOf('rgb.png');
  const reader = keeping();
  await bytesOf(reader, path);
  rmSync(path);
  await assert.rejects(reader.whole({ path }, COLOURS), BadImageError);
});

test('both halves of a file are kept, or none', async () => {
  const path = copyOf('photo.png');
  utimesSync(path, 1e9, 1e9);
  const halves = async (reader: ImageReader) => {
    const parts = await reader.halves(path, [COLOURS, COLOURS]);
    assert.deepEqual(
      parts.map(({ size: { width, height } }) => [width, height]),
      Array(2).fill([20, 30]),
    );
    return Promise.all(parts.map(async (part) => Buffer.from((await part.resized(SIZE, 3)).data)));
  };
  const want = await halves(new ImageReader());
  assert.notDeepEqual(want[0], want[1]);
  const bytes = 2 * 3 * SIZE.width * SIZE.height;
  const [enough, short] = [keeping(), keeping({ bytes: bytes - 1, leaveFree: 0 })];
  assert.deepEqual([await halves(enough), await halves(short)], [want, want]);
  const [lone, interrupted] = [await keeping().halves(path, [COLOURS, COLOURS]), keeping()];
  await (await interrupted.halves(path, [COLOURS, COLOURS]))[0].resized(SIZE, 3); // its partner could not be used
  assert.equal(lone.length, 2);
  spoil(path);
  assert.deepEqual(await halves(enough), want);
  await assert.rejects(halves(short), BadImageError);
  await assert.rejects(halves(interrupted), BadImageError);
});

test('a file that is read twice at once is kept once', async () => {
  const path = copyOf('rgb.png');
  const bytes = 2000 + 3 * SIZE.width * SIZE.height; // and no second time
  const reader = keeping({ bytes, leaveFree: 0 });
  const other = copyOf('gray.png');
  const [first, second] = await Promise.all([bytesOf(reader, path), bytesOf(reader, path)]);
  assert.deepEqual(first, second);
  assert.deepEqual(await bytesOf(reader, other), await bytesOf(new ImageReader(), other));
});

test('what was noticed about a file is told whenever it is read', async () => {
  const path = copyOf('two_frames.gif');
  const reader = keeping();
  const kinds: string[] = [];
  const onNote = (file: string, { kind }: DecodeNote) => {
    assert.equal(file, path);
    kinds.push(kind);
  };
  for (let i = 0; i < 2; i++) await (await reader.whole({ path }, COLOURS, onNote)).resized(SIZE, 3);
  assert.deepEqual(kinds, ['pages', 'pages']);
});

test('where the memory that is to stay free is short, images are not kept, and that is told', async () => {
  const path = copyOf('rgb.png');
  const reader = keeping({ bytes: 1e9, leaveFree: Number.MAX_SAFE_INTEGER });
  const notes: DecodeNote[] = [];
  const part = await reader.whole({ path }, COLOURS, (_, note) => notes.push(note));
  assert.deepEqual(Buffer.from((await part.resized(SIZE, 3)).data), await bytesOf(new ImageReader(), path));
  assert.deepEqual(
    notes.map(({ kind }) => kind),
    ['memory'],
  );
  spoil(path);
  await assert.rejects(bytesOf(reader, path), BadImageError);
});
