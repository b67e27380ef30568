import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { systemCode } from '../../base/files/systemError.js';

/**
 * Opens a regular file for reading: no link, which might lead out of the log directory, and no pipe, which might never
 * end.
 *
 * @throws where it is something else, or cannot be opened
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error) => {
    throw systemCode(error) === 'ELOOP' ? new Error('it is a link') : error;
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error('no regular file');
}

/** The text of a file of at most `limit` bytes; undefined where there is none. @throws as `openRegular`, or where it is larger */
export async function readSmallFile(path: string, limit: number): Promise<string | undefined> {
  const handle = await openRegular(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new Error(`it is larger than ${limit} bytes`);
    return (await handle.readFile()).toString('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Before something is written or deleted: a folder that was found as one may have become a link since.
 *
 * @param folder a resolved path
 * @param names of folders in it that will be written to
 * @throws Pix2PixError where any of it is a link, or gone
 */
export async function requireNoLinks(folder: string, ...names: readonly string[]): Promise<void> {
  const real = await realpath(folder).catch(() => undefined);
  if (real !== folder) throw new Pix2PixError('the folder of the run is gone, or a link by now', { folder });
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found?.isSymbolicLink())
      throw new Pix2PixError(`${name} in the folder of the run is a link`, { folder });
  }
}
