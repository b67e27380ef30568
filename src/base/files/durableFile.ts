import { createHash } from 'node:crypto';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { fileError } from './systemError.js';
import { finalPath } from './temporaryName.js';

/** A file as it was written: its size in bytes and its SHA-256 in hexadecimal. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes hashed and written at a time: large enough for the disk, small enough to stay in the cache between the two. */
const CHUNK = 1 << 20;

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
      throw fileError(error, 'cannot create a file', finalPath(path));
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
      throw fileError(error, 'cannot write', finalPath(this.path));
    }
  }

  /** Waits until the disk has it all, unless told not to, then closes. */
  finish(durable = true): WrittenFile {
    try {
      if (durable) this.fs.fsyncSync(this.descriptor);
      this.close();
    } catch (error) {
      throw fileError(error, 'cannot write', finalPath(this.path));
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
  durable = true,
): WrittenFile {
  const file = new DurableFile(path, fs);
  try {
    produce(file);
    return file.finish(durable);
  } catch (error) {
    file.abandon();
    throw error;
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
