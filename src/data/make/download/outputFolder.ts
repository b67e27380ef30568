import { readdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { fileError } from '../../../base/files/systemError.js';
import { MANIFEST_NAME } from '../facadeManifest.js';

/** `dataset.json` of a downloaded set. */
export interface Origin {
  readonly name: string;
  readonly source: string;
  readonly sha256: string;
  readonly files: number;
}

/** True when `out` is this very set; an error when it holds anything else. */
export async function isThere(out: string, url: string): Promise<boolean> {
  let entries: string[];
  try {
    entries = await readdir(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw fileError(error, 'the output folder cannot be used', out);
  }
  if (entries.length === 0) return false;
  const origin = await readFile(join(out, MANIFEST_NAME), 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (origin?.source === url) return true;
  throw new Pix2PixError(
    'the output folder is not empty',
    {
      out,
      holds: entries
        .slice(0, 5)
        .map((entry) => JSON.stringify(entry))
        .join(', '),
    },
    'choose another --out, or move the folder away',
  );
}

/** Gives a draft its final name, with its origin in it. */
export async function putInPlace(folder: string, out: string, origin: Origin): Promise<void> {
  // 'wx': should the archive bring a file of this name, it is the set's own and stays.
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(origin, null, 2)}\n`, { flag: 'wx' }).catch(
    (error) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  await rmdir(out).catch(() => {});
  await rename(folder, out);
}
