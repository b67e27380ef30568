import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { ImageListing } from './imageListing.js';
import type { PassedOver } from './passedOver.js';
import { allocatePathList, type PathList } from './pathList.js';
import { type ReadFolder, stampOf } from './scanFolder.js';

// The list of a large folder's images, kept in a file: a prefix of four 32-bit words, a header in JSON, then the
// offsets and bytes of the `PathList` as they are in memory. It is as good as absent when anything about it is odd.

/** Format and byte order: a machine of the other order reads another number. */
const MAGIC = 0x5032_5032;
const PREFIX_BYTES = 16;
/** A larger index is neither kept nor read. */
const MAX_FILE_BYTES = 2 ** 30;
/** Files that are kept; then the oldest goes. */
const MAX_FILES = 8;

/** @param folder the real path of a folder, which names its file */
export function indexFile(indexes: string, folder: string): string {
  return join(indexes, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.list`);
}

/** The list that `file` keeps of `folder`, or undefined where there is none or a folder has changed since. */
export function readIndex(file: string, folder: string): ImageListing | undefined {
  let descriptor: number | undefined;
  try {
    if (!statSync(file).isFile()) return undefined; // opening a pipe would wait for its writer
    descriptor = openSync(file, 'r');
    return readOpenIndex(descriptor, folder);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readOpenIndex(descriptor: number, folder: string): ImageListing | undefined {
  const { size } = fstatSync(descriptor);
  const prefix = new Uint32Array(PREFIX_BYTES / 4);
  if (size > MAX_FILE_BYTES || !fill(descriptor, prefix, 0)) return undefined;
  const [magic, headerBytes, length, nameBytes] = prefix;
  const offsetsAt = PREFIX_BYTES + headerBytes;
  const namesAt = offsetsAt + 4 * (length + 1);
  if (magic !== MAGIC || namesAt + nameBytes !== size) return undefined;

  const header = Buffer.alloc(headerBytes);
  fill(descriptor, header, PREFIX_BYTES);
  const described = JSON.parse(header.toString());
  const passedOver = countsOf(described);
  if (passedOver === undefined || !isUnchanged(described, folder)) return undefined;
  const list = allocatePathList(length, nameBytes);
  fill(descriptor, list.offsets, offsetsAt);
  fill(descriptor, list.bytes, namesAt);
  return isSound(list) ? { images: list, passedOver } : undefined;
}

/** A header's counts of files that are no images; undefined where they are malformed. */
function countsOf({ passedOver }: { passedOver?: unknown }): PassedOver | undefined {
  if (typeof passedOver !== 'object' || passedOver === null) return undefined;
  return Object.values(passedOver).every(Number.isSafeInteger) ? (passedOver as PassedOver) : undefined;
}

/** Reads from a place in a file until the array is full; false where the file ends before. */
function fill(descriptor: number, array: Uint8Array | Uint32Array, position: number): boolean {
  let done = 0;
  while (done < array.byteLength) {
    const read = readSync(descriptor, array, done, array.byteLength - done, position + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}

/** Keeps a list. Where it cannot be written, the folder is read again next time. */
export function writeIndex(
  file: string,
  folder: string,
  folders: readonly ReadFolder[],
  { images, passedOver }: ImageListing,
): void {
  const stamps = folders.map(({ relative, stamp }) => [relative, stamp]);
  const header = Buffer.from(JSON.stringify({ folder, folders: stamps, passedOver }));
  const { length, offsets, bytes } = images;
  const size = PREFIX_BYTES + header.length + offsets.byteLength + bytes.length;
  if (size > MAX_FILE_BYTES) return;
  const prefix = Uint32Array.of(MAGIC, header.length, length, bytes.length);
  const contents = Buffer.concat(
    [prefix, header, offsets, bytes].map(
      (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    ),
    size,
  );
  try {
    writeFileAtomic(file, contents, { durable: false });
    removeOldest(dirname(file));
  } catch {
    // reading the folder is slower, and right
  }
}

function removeOldest(indexes: string): void {
  const files = readdirSync(indexes)
    .filter((name) => name.endsWith('.list'))
    .map((name) => ({ path: join(indexes, name), age: -statSync(join(indexes, name)).mtimeMs }));
  files.sort((a, b) => a.age - b.age);
  for (const { path } of files.slice(MAX_FILES)) rmSync(path, { force: true });
}

/** Whether the header is of this folder, and all its folders are as they were. */
function isUnchanged(header: unknown, folder: string): boolean {
  const { folder: name, folders } = header as { folder?: unknown; folders?: unknown };
  if (name !== folder || !Array.isArray(folders) || folders.length === 0) return false;
  return folders.every(([relative, stamp]: [unknown, unknown]) => {
    const stats = statSync(join(folder, String(relative)), { bigint: true });
    return stats.isDirectory() && stampOf(stats) === stamp;
  });
}

const [DOT, SLASH] = ['.', '/'].map((character) => character.charCodeAt(0));

/** Whether this could be a scan's result: names in order, no part of which is empty or begins with a dot (`..`). */
function isSound({ length, offsets, bytes }: PathList): boolean {
  if (offsets[0] !== 0 || offsets[length] !== bytes.length) return false;
  for (let i = 0; i < length; i++) {
    const [start, end] = [offsets[i], offsets[i + 1]];
    if (end <= start || end > bytes.length) return false;
    let before = SLASH;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === 0) return false;
      if (before === SLASH && (byte === DOT || byte === SLASH)) return false;
      before = byte;
    }
    if (before === SLASH || (i > 0 && !isAscending(bytes, offsets[i - 1], start, end))) return false;
  }
  return true;
}

/** Whether the string from `a` to `b` comes before the one from `b` to `end`. */
function isAscending(bytes: Uint8Array, a: number, b: number, end: number): boolean {
  for (let i = 0; ; i++) {
    if (b + i >= end) return false;
    if (a + i >= b) return true;
    if (bytes[a + i] !== bytes[b + i]) return bytes[a + i] < bytes[b + i];
  }
}
