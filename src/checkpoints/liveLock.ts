import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, systemCode } from '../base/files/systemError.js';
import { livingOwner, ownerFacts } from './lockOwner.js';
import { LOCK_NAME } from './runLock.js';

/**
 * Whether somebody trains in exactly this folder.
 *
 * @param names of what is in it
 * @returns what a person is told of the one who does
 * @throws Pix2PixError where its lock may not be read
 */
export async function liveLockIn(
  folder: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  if (!names.includes(LOCK_NAME)) return undefined;
  const path = join(folder, LOCK_NAME);
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const owner = livingOwner(content, mtimeMs);
    return owner && { ...ownerFacts(owner), lock: path };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined; // released this moment
    throw fileError(error, 'cannot look at the lock of a run', path);
  }
}
