import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';

/**
 * Writes a file piece by piece and puts it in place whole: whatever goes wrong before the end, nothing is there under
 * its name, or what was there before.
 *
 * @param write is given what adds a piece to the file
 * @param overwrite whether a file that is there is replaced
 * @throws Pix2PixError where one is there that is not to be replaced, or the file cannot be written
 */
export async function writeNewFile(
  path: string,
  write: (add: (piece: string) => Promise<unknown>) => Promise<void>,
  overwrite: boolean,
): Promise<void> {
  if (!overwrite && existsSync(path)) throw taken(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      await write((piece) => handle.writeFile(piece));
      await handle.sync();
    } finally {
      await handle.close();
    }
    place(temporary, path, overwrite);
  } catch (cause) {
    if (cause instanceof Pix2PixError) throw cause;
    throw new Pix2PixError(
      'the file cannot be written',
      { file: path, reason: String(cause) },
      'free some disk space, or choose another --out',
      { cause },
    );
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A link, unlike a rename, replaces nothing that has come meanwhile. */
function place(temporary: string, path: string, overwrite: boolean): void {
  try {
    if (overwrite) renameSync(temporary, path);
    else linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(path);
    renameSync(temporary, path); // no hard links here
  }
}

function taken(path: string): Pix2PixError {
  return new Pix2PixError('the file exists', { file: path }, 'choose another --out, or pass --overwrite');
}
