import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { fileError, systemCode } from '../../../base/files/systemError.js';
import { type DatasetName, PUBLISHED_DATASETS, publishedUrl } from './catalogue.js';
import { type FetchOptions, fetchArchive } from './fetchArchive.js';
import { isThere, type Origin, putInPlace } from './outputFolder.js';
import { DamagedArchive, type UnpackLimits, unpackArchive } from './unpackArchive.js';

export interface DownloadOptions extends UnpackLimits, Omit<FetchOptions, 'url' | 'path'> {
  readonly name: DatasetName;
  /** The data set's folder. Default `./datasets/<name>`. */
  readonly out?: string;
  /** Another place to fetch the .tar.gz from. */
  readonly url?: string;
  /** The SHA-256 that the archive must have, in hexadecimal. */
  readonly sha256?: string;
}

export interface DownloadedDataset {
  readonly out: string;
  /** False when it was there already. */
  readonly written: boolean;
}

/**
 * Fetches a published data set and unpacks it. The archive gathers in `<out>.tar.gz.part` and is continued there by a
 * later run; it is unpacked into a folder beside `out`, which takes the name at the end: `out` is whole or absent.
 *
 * @throws Pix2PixError for an unknown name, a folder with other things in it, a server that refuses, a damaged or
 *   hostile archive, a full disk
 */
export async function downloadDataset(options: DownloadOptions): Promise<DownloadedDataset> {
  const { name, sha256 } = options;
  if (!Object.hasOwn(PUBLISHED_DATASETS, name)) {
    throw new Pix2PixError(
      'no published data set has this name',
      { got: name, known: Object.keys(PUBLISHED_DATASETS).join(', ') },
      'pass one of the known names',
    );
  }
  const url = options.url ?? publishedUrl(name);
  const out = resolve(options.out ?? join('datasets', name));
  if (await isThere(out, url)) return { out, written: false };
  const archive = await fetchArchive({ ...options, url, path: `${out}.tar.gz.part` });
  try {
    const draft = await mkdtemp(`${out}.partial-`);
    try {
      const unpacked = await unpackArchive({ ...options, archive: archive.path, folder: draft });
      requireHash(sha256, unpacked.sha256, url);
      const origin: Origin = { name, source: url, ...unpacked };
      await putInPlace(await innermost(draft), out, origin);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  } catch (error) {
    // Another copy is the only remedy for an archive that is wrong in itself. After a full disk the copy is good.
    if (error instanceof Pix2PixError && systemCode(error.cause) === undefined) await archive.discard();
    if (error instanceof DamagedArchive) throw new DamagedArchive(url, error.cause as Error);
    throw fileError(error, 'the data set cannot be unpacked', out);
  }
  await archive.discard();
  return { out, written: true };
}

function requireHash(wanted: string | undefined, got: string, url: string): void {
  if (wanted === undefined || wanted.toLowerCase() === got) return;
  throw new Pix2PixError(
    'the archive is not the one expected',
    { url, 'sha256 wanted': wanted, 'sha256 got': got },
    'check --sha256 and the address; the copy was removed',
  );
}

/** The folder itself, or the single one in it: published archives wrap the set in a folder of its name. */
async function innermost(folder: string): Promise<string> {
  const entries = await readdir(folder);
  if (entries.length === 0) throw new Pix2PixError('the archive is empty', { folder }, 'check the address');
  const only = join(folder, entries[0]);
  const wrapped =
    entries.length === 1 && !/^(train|val|test)[AB]?$/.test(entries[0]) && (await stat(only)).isDirectory();
  return wrapped ? only : folder;
}
