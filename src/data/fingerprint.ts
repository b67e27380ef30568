import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PathList, pathAt } from './listing/pathList.js';
import type { ImageFolder } from './pair/imageFolder.js';

/** Of more files than this, the sizes of so many are asked for, spread evenly: a data set of millions takes seconds too. */
const MOST_SIZES = 4096;
/** Bytes of names hashed at a time, so that nothing else in the thread waits for long. */
const CHUNK = 1 << 20;

/** Tells one data set from another. */
export interface Fingerprint {
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  /** Of what, in words. */
  readonly of: string;
}

/**
 * The hash of all names, relative to their folders, and of sizes in bytes, so that it stays when a data set is moved.
 * Contents are not read. A file that is not there counts as of size -1.
 *
 * For each folder it takes in the number of files, each name followed by a zero byte, then the sizes as decimal numbers
 * between spaces.
 *
 * @throws the reason of `signal` when it is aborted
 */
export async function fingerprint(
  sides: readonly ImageFolder[],
  signal?: AbortSignal,
  mostSizes = MOST_SIZES,
): Promise<Fingerprint> {
  const folders = sides.flatMap((side) => [side, ...(side.beside ?? [])]);
  const hash = createHash('sha256');
  let [files, sizes] = [0, 0];
  for (const { folder, names } of folders) {
    hash.update(`${names.length}\n`);
    for (const chunk of nameChunks(names)) {
      hash.update(chunk);
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    const asked = Math.min(names.length, Math.ceil(mostSizes / folders.length));
    for (let i = 0; i < asked; i++) {
      signal?.throwIfAborted();
      const path = join(folder, pathAt(names, Math.floor((i * names.length) / asked)));
      const size = await stat(path).then(
        (found) => found.size,
        () => -1,
      );
      hash.update(`${size} `);
    }
    files += names.length;
    sizes += asked;
  }
  const of =
    sizes === files
      ? `names and sizes of ${files} files`
      : `names of ${files} files, sizes of ${sizes} of them`;
  return { hash: hash.digest('hex'), of };
}

/** All names, a zero byte behind each, in pieces of about `CHUNK` bytes. */
function* nameChunks(names: PathList): Generator<Buffer> {
  let parts: string[] = [];
  let length = 0;
  for (let i = 0; i < names.length; i++) {
    const name = pathAt(names, i);
    parts.push(name, '\0');
    length += name.length + 1;
    if (length < CHUNK && i + 1 < names.length) continue;
    yield Buffer.from(parts.join(''));
    parts = [];
    length = 0;
  }
}
