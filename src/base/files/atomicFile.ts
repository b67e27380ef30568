import { dirname, join } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { DurableFile, removeQuietly, type WrittenFile, writeDurable } from './durableFile.js';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { requireFreeSpace } from './freeSpace.js';
import { makeFolder } from './makeFolder.js';
import { syncFolder } from './syncFolder.js';
import { fileError, systemCode } from './systemError.js';
import { temporaryName } from './temporaryName.js';

export interface AtomicOptions {
  /**
   * Whether the disk has it for certain on return. False, for what can be made again, is faster: readers see a whole
   * file all the same, but a power cut may leave the old one, an empty one, or none. Default: true.
   */
  readonly durable?: boolean;
  /** For tests: a disk that fails. */
  readonly fs?: FileSystem;
}

/**
 * Replaces a file as a whole: readers, and the disk after a crash, see the old content or the new, never a part.
 * Writes a temporary file beside it, syncs, renames, syncs the folder. Makes the folder where it is missing.
 * @param content the text or bytes, or a function that writes them
 * @throws Pix2PixError naming the place and the fix (full disk, no permission, a folder in the way); the old file
 * is then untouched
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | ((file: DurableFile) => void),
  { durable = true, fs = nodeFileSystem }: AtomicOptions = {},
): WrittenFile {
  const folder = dirname(path);
  makeFolder(folder, fs);
  requireReplaceable(path, fs);
  const data = typeof content === 'string' ? Buffer.from(content) : content;
  if (typeof data !== 'function') requireFreeSpace(folder, data.byteLength, fs);
  const temporary = join(folder, temporaryName(path));
  const produce = typeof data === 'function' ? data : (file: DurableFile) => file.write(data);
  const written = writeDurable(temporary, produce, fs, durable);
  try {
    fs.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary, fs);
    throw fileError(error, 'cannot put the new file in place', path);
  }
  if (durable) syncFolder(folder, fs);
  return written;
}

/**
 * Writes a file piece by piece and puts it in place whole and durably, as `writeFileAtomic` does.
 *
 * @param write is given a function that appends a piece to the file
 * @param overwrite whether a file that is there is replaced
 * @throws Pix2PixError where one is there that is not to be replaced, or the file cannot be written
 */
export async function writeNewFile(
  path: string,
  write: (add: (piece: string) => Promise<void>) => Promise<void>,
  overwrite: boolean,
  fs: FileSystem = nodeFileSystem,
): Promise<void> {
  if (!overwrite && fs.existsSync(path)) throw taken(path);
  makeFolder(dirname(path), fs);
  requireReplaceable(path, fs);
  const file = new DurableFile(join(dirname(path), temporaryName(path)), fs);
  try {
    await write(async (piece) => file.write(Buffer.from(piece)));
    file.finish();
    place(file.path, path, overwrite, fs);
  } finally {
    file.abandon();
  }
  syncFolder(dirname(path), fs);
}

function place(temporary: string, path: string, overwrite: boolean, fs: FileSystem): void {
  if (!overwrite && linked(temporary, path, fs)) return;
  try {
    fs.renameSync(temporary, path);
  } catch (error) {
    throw fileError(error, 'cannot put the new file in place', path);
  }
}

/** A link, unlike a rename, replaces nothing that has come meanwhile. False where there are no hard links. */
function linked(temporary: string, path: string, fs: FileSystem): boolean {
  try {
    fs.linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw taken(path);
    return false;
  }
}

/** A rename would replace a device or a pipe by a file. */
function requireReplaceable(path: string, fs: FileSystem): void {
  let found: ReturnType<FileSystem['statSync']>;
  try {
    found = fs.statSync(path, { throwIfNoEntry: false });
  } catch {
    return; // the write says what is wrong
  }
  if (found === undefined || found.isFile() || found.isDirectory()) return;
  throw new Pix2PixError(
    'cannot write: this is a device or a pipe, not a file',
    { path },
    'choose the name of a file',
  );
}

function taken(path: string): Pix2PixError {
  return new Pix2PixError('the file exists', { file: path }, 'choose another --out, or pass --overwrite');
}
