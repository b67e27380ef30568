import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../../base/files/makeFolder.js';
import { fileError } from '../../../base/files/systemError.js';
import { MNIST, type PublishedFile } from './catalogue.js';
import { hashOf, requireFetched } from './checksum.js';
import type { DownloadedDataset } from './downloadDataset.js';
import { type FetchOptions, fetchArchive } from './fetchArchive.js';
import { isThere, type Origin, putInPlace } from './outputFolder.js';

export interface DigitsOptions extends Omit<FetchOptions, 'url' | 'path'> {
  /** The data set's folder. Default: `./datasets/mnist`. */
  readonly out?: string;
  /** The folder that the files are in; default: two mirrors, one after the other. */
  readonly url?: string;
  /** Default: those of MNIST. */
  readonly files?: readonly PublishedFile[];
}

/**
 * Fetches the four files of MNIST. They gather in `<out>.partial`, where a later run continues, and which takes the
 * name at the end: `out` is whole or absent. Each file must have its known checksum.
 *
 * @throws Pix2PixError for a folder with other things in it, servers that refuse, a file that is another one, a full disk
 */
export async function downloadDigits(options: DigitsOptions): Promise<DownloadedDataset> {
  const { files = MNIST.files } = options;
  const mirrors = options.url === undefined ? MNIST.mirrors : [withSlash(options.url)];
  const out = resolve(options.out ?? join('datasets', 'mnist'));
  if (await isThere(out, mirrors[0])) return { out, written: false };
  const draft = `${out}.partial`;
  try {
    makeFolder(draft);
    for (const file of files) await fetchFile(file, mirrors, draft, options);
    const all = createHash('sha256').update(files.map(({ sha256 }) => sha256).join());
    const origin: Origin = {
      name: 'mnist',
      source: mirrors[0],
      sha256: all.digest('hex'),
      files: files.length,
    };
    await putInPlace(draft, out, origin);
  } catch (error) {
    throw fileError(error, 'the data set cannot be written', out);
  }
  return { out, written: true };
}

const OTHER_FILE =
  'pass --url with the address of a folder that has the original files; the copy was removed';

const withSlash = (url: string) => (url.endsWith('/') ? url : `${url}/`);

/** From the first mirror that has it. */
async function fetchFile(
  file: PublishedFile,
  mirrors: readonly string[],
  folder: string,
  options: DigitsOptions,
): Promise<void> {
  const { name } = file;
  const path = join(folder, name);
  if ((await hashOf(path)) === file.sha256) return;
  for (const [i, mirror] of mirrors.entries()) {
    try {
      const part = await fetchArchive({ ...options, url: mirror + name, path: `${path}.part` });
      await requireFetched(part, file, mirror + name, OTHER_FILE);
      await rename(part.path, path);
      await part.discard();
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (i === mirrors.length - 1) throw error;
    }
  }
}
