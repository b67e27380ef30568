import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline, Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { makeFolder } from '../../../base/files/makeFolder.js';
import type { OnProgress } from '../../../base/progress.js';
import { entryPath, isLitter, refusal } from './entryPath.js';

export interface UnpackLimits {
  /** Default 1,000,000; the largest published set, edges2handbags, has about 137,000 images. */
  readonly maxEntries?: number;
  /** Bytes after inflation. Default 64 GiB. */
  readonly maxBytes?: number;
}

export interface UnpackOptions extends UnpackLimits {
  readonly archive: string;
  /** An empty folder; what is in it after an error is to be thrown away. */
  readonly folder: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Unpacked {
  readonly files: number;
  /** Of the archive itself, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Unpacks a .tar.gz that nobody vouches for: regular files and folders alone, below `folder`, within limits. A link, a
 * device or a name that points elsewhere refuses the archive as a whole. The checksums of gzip and tar are verified.
 *
 * @throws Pix2PixError for such archives, and DamagedArchive for truncated or corrupt ones
 */
export async function unpackArchive(options: UnpackOptions): Promise<Unpacked> {
  const { archive, folder, maxEntries = 1_000_000, signal } = options;
  const { inflated, sha256 } = await inflate(options);
  let entries = 0;
  let files = 0;
  try {
    const decoded = Readable.toWeb(inflated).pipeThrough(createTarDecoder({ strict: true }));
    for await (const entry of decoded) {
      signal?.throwIfAborted();
      if (++entries > maxEntries) throw tooLarge('entries', maxEntries);
      if (await unpackEntry(entry, folder)) files++;
    }
  } catch (error) {
    throw isForeign(error) ? new DamagedArchive(archive, error as Error) : error;
  }
  return { files, sha256: sha256() };
}

/** A truncated or corrupt archive; a fresh copy may be whole. */
export class DamagedArchive extends Pix2PixError {
  constructor(archive: string, cause: Error) {
    super(
      'the archive is damaged',
      { archive, reason: cause.message },
      'run the command again for a fresh copy',
      { cause },
    );
  }
}

async function inflate({ archive, maxBytes = 64 * 2 ** 30, onProgress, signal }: UnpackOptions) {
  const total = (await stat(archive)).size;
  const hash = createHash('sha256');
  let read = 0;
  let written = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      read += chunk.length;
      onProgress?.({ unit: 'bytes', done: read, total, stage: 'unpacking' });
      next(null, chunk);
    },
  });
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      written += chunk.length;
      next(written > maxBytes ? tooLarge('bytes', maxBytes) : null, chunk);
    },
  });
  // An error of any stage destroys the last, and so reaches the reader: the callback has nothing to add.
  const inflated = pipeline(createReadStream(archive, { signal }), meter, createGunzip(), limit, () => {});
  return { inflated, sha256: () => hash.digest('hex') };
}

/** True for a file that was written. */
async function unpackEntry({ header, body }: ParsedTarEntry, folder: string): Promise<boolean> {
  const { name, type, size } = header;
  const parts = entryPath(name);
  if (type !== 'file' && type !== 'directory')
    throw refusal(`a ${type}, and data sets have files alone`, name);
  if (!Number.isSafeInteger(size) || size < 0) throw refusal('an entry of no sensible size', name);
  if (parts.length === 0 || isLitter(parts)) {
    await body.cancel();
    return false;
  }
  const path = join(folder, ...parts);
  if (type === 'directory') {
    makeFolder(path);
    await body.cancel();
    return false;
  }
  makeFolder(dirname(path));
  const file = await open(path, 'w');
  try {
    for await (const chunk of body) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
  return true;
}

function tooLarge(what: string, limit: number): Pix2PixError {
  return new Pix2PixError(
    'the archive is larger than any published data set',
    { limit: `${limit} ${what}` },
    'check that the address is the one you meant',
  );
}

/** Errors of zlib (Z_...) and of the tar decoder (no code): the archive's fault, not the disk's. */
function isForeign(error: unknown): boolean {
  if (error instanceof Pix2PixError || !(error instanceof Error) || error.name === 'AbortError') return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
