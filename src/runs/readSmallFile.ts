import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The text of a file, read without following a link and never beyond `limit` bytes: undefined where there is none.
 * @throws where it is no regular file, too large, or cannot be read
 */
export async function readSmallFile(path: string, limit: number): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error('no regular file');
    if (stat.size > limit) throw new Error(`larger than ${limit} bytes`);
    return (await handle.readFile()).toString('utf8');
  } finally {
    await handle.close();
  }
}
