import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { type FileSystem, fileError, nodeFileSystem, systemCode } from './fileSystem.js';

/** What was written: its size in bytes and its SHA-256 in hexadecimal. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes hashed and written at a time: large enough for the disk, small enough to stay in the cache between the two. */
const CHUNK = 1 << 20;

/** Room that must stay free beyond the file itself, for directory entries and logs. */
const SPARE_BYTES = 1 << 20;

const processToken = randomBytes(4).toString('hex');
let temporaries = 0;

/** A new name beside the target, hidden, that tells which process is writing: `.latest.json.4711-9f3a01bc-1.tmp`. */
export function temporaryName(target: string): string {
  return `.${basename(target)}.${process.pid}-${processToken}-${++temporaries}.tmp`;
}

/** The target and the process of a name made by `temporaryName`, or undefined for any other name. */
export function parseTemporaryName(name: string): { target: string; pid: number } | undefined {
  const match = /^\.([^/\\]{1,200})\.(\d{1,10})-[0-9a-f]{8}-\d{1,10}\.tmp$/.exec(name);
  return match === null ? undefined : { target: match[1], pid: Number(match[2]) };
}

/** A new file, hashed while it is written and on the disk once `finish` returns. Throws Pix2PixError. */
export class DurableFile {
  private readonly descriptor: number;
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private open = true;

  constructor(
    readonly path: string,
    private readonly fs: FileSystem = nodeFileSystem,
  ) {
    try {
      this.descriptor = fs.openSync(path, 'wx');
    } catch (error) {
      throw fileError(error, 'cannot create a file', path);
    }
  }

  /** Appends bytes straight from the given view, without a copy. */
  write(data: Uint8Array): void {
    try {
      for (let at = 0; at < data.byteLength; at += CHUNK) {
        const chunk = data.subarray(at, at + CHUNK);
        this.hash.update(chunk);
        for (let done = 0; done < chunk.byteLength; ) {
          done += this.fs.writeSync(this.descriptor, chunk, done, chunk.byteLength - done);
        }
      }
      this.bytes += data.byteLength;
    } catch (error) {
      throw fileError(error, 'cannot write', this.path);
    }
  }

  /** Waits until the disk has it all, then closes. */
  finish(): WrittenFile {
    try {
      this.fs.fsyncSync(this.descriptor);
      this.close();
    } catch (error) {
      throw fileError(error, 'cannot write', this.path);
    }
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  /** Closes and removes the file; for use after a failure, so it does not throw another. */
  abandon(): void {
    try {
      this.close();
    } catch {
      // The failure that led here is the one to report.
    }
    removeQuietly(this.path, this.fs);
  }

  private close(): void {
    if (!this.open) return;
    this.open = false;
    this.fs.closeSync(this.descriptor);
  }
}

/** Makes a new file with what `produce` writes; nothing is left of it when that fails. Throws Pix2PixError. */
export function writeDurable(
  path: string,
  produce: (file: DurableFile) => void,
  fs: FileSystem = nodeFileSystem,
): WrittenFile {
  const file = new DurableFile(path, fs);
  try {
    produce(file);
    return file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/**
 * Replaces a file as a whole: readers, and the disk after a crash, see the old content or the new, never a part.
 * Writes a temporary file beside it, syncs, renames, syncs the folder. The folder must exist.
 * @param content the text or bytes, or a function that writes them
 * @throws Pix2PixError naming the place and the mend (full disk, no permission, a folder in the way); the old file
 * is then untouched
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | ((file: DurableFile) => void),
  fs: FileSystem = nodeFileSystem,
): WrittenFile {
  const data = typeof content === 'string' ? Buffer.from(content) : content;
  if (typeof data !== 'function') requireFreeSpace(dirname(path), data.byteLength, fs);
  const temporary = join(dirname(path), temporaryName(path));
  const written = writeDurable(temporary, typeof data === 'function' ? data : (file) => file.write(data), fs);
  try {
    fs.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary, fs);
    throw fileError(error, 'cannot put the new file in place', path);
  }
  syncDirectory(dirname(path), fs);
  return written;
}

/**
 * Makes renames in a folder last through a power cut. Windows has no such call and some network file systems refuse
 * it: there it is left to them. Throws Pix2PixError when the disk fails.
 */
export function syncDirectory(directory: string, fs: FileSystem = nodeFileSystem): void {
  if (process.platform === 'win32') return;
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(directory, 'r');
    fs.fsyncSync(descriptor);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || ['EIO', 'ENOSPC', 'EDQUOT'].includes(code)) {
      throw fileError(error, 'cannot sync the folder', directory);
    }
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Removes a file; that it is gone already, or cannot be removed, is no error. */
export function removeQuietly(path: string, fs: FileSystem = nodeFileSystem): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // Left for the next clean-up.
  }
}

/**
 * Refuses early, in place of a half-written file later, when the disk cannot hold `bytes` more.
 * File systems that do not tell (some network mounts) are taken at their word when the write fails.
 */
export function requireFreeSpace(directory: string, bytes: number, fs: FileSystem = nodeFileSystem): void {
  let free: number;
  try {
    const disk = fs.statfsSync(directory);
    if (disk.blocks === 0) return;
    free = disk.bavail * disk.bsize;
  } catch {
    return;
  }
  if (free >= bytes + SPARE_BYTES) return;
  throw new Pix2PixError(
    'the disk is nearly full: nothing was written',
    { folder: directory, needed: megabytes(bytes + SPARE_BYTES), free: megabytes(free) },
    'free some space (--keep_last n keeps fewer checkpoints) or choose another --checkpoints_dir',
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
