import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError, systemCode } from '../../base/files/systemError.js';
import { BadImageError } from './badImage.js';
import { MAX_FILE_BYTES } from './limits.js';

/** Codes of what this process has too little of: they stop the work, and no image is left out for them. */
const LIMITS = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** The file of an image that stays open, of which parts are read: it may be longer than the memory. */
export interface OpenImageFile {
  /** In bytes. */
  readonly length: number;
  /**
   * Bytes from `at` on, in memory of their own; fewer where the file ends before. At once: parts may be short and many, and
   * awaiting each would take longer than reading it.
   */
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/**
 * The bytes of an image's file.
 * @throws BadImageError where it is missing, empty, too large, or no regular file: a pipe would be waited for without end
 */
export async function readImageFile(path: string): Promise<Buffer> {
  return usable(path, async () => {
    const size = await sizeOf(path);
    if (size > MAX_FILE_BYTES)
      throw new BadImageError(path, `${size} bytes, more than ${MAX_FILE_BYTES}`, 'cut it into parts');
    return readFile(path);
  });
}

/** Opens an image's file of any length. Throws as `readImageFile`, but for its length. */
export async function openImageFile(path: string): Promise<OpenImageFile> {
  return usable(path, async () => {
    await sizeOf(path);
    const file = openSync(path, 'r');
    const length = fstatSync(file).size;
    return {
      length,
      read: (at, wanted) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(wanted, length - at)));
        let end = 0;
        for (let read = 1; end < bytes.length && read > 0; end += read)
          read = readSync(file, bytes, end, bytes.length - end, at + end);
        return end < bytes.length ? bytes.slice(0, end) : bytes;
      },
      close: () => closeSync(file),
    };
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isFile()) throw new BadImageError(path, 'it is no regular file');
  if (found.size === 0) throw new BadImageError(path, 'it is empty (zero bytes)');
  return found.size;
}

/** Adds the name of the file to an error of the system. */
async function usable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    const told = fileError(cause, 'it cannot be read', path);
    if (LIMITS.includes(systemCode(cause) ?? '')) throw told; // nothing is wrong with this image
    throw new BadImageError(path, told instanceof Pix2PixError ? told.summary : String(cause));
  }
}
