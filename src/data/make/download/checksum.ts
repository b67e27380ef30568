import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { PartialFile } from './partialFile.js';

/** The SHA-256 of a file in hexadecimal; undefined where it cannot be read. */
export async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** Throws Pix2PixError, and removes what was fetched, where it has not the SHA-256 `wanted`. */
export async function requireHash(
  part: PartialFile,
  wanted: string,
  url: string,
  fix: string,
): Promise<void> {
  const got = await hashOf(part.path);
  if (got === wanted) return;
  await part.discard();
  throw new Pix2PixError(
    'the file is not the one expected',
    { url, 'sha256 wanted': wanted, 'sha256 got': got ?? 'none' },
    fix,
  );
}
