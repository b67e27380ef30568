import { existsSync } from 'node:fs';
import { readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { hashOf, kindOf, requireFetched, requireHash } from '../../data/make/download/checksum.js';
import { type FetchOptions, fetchArchive } from '../../data/make/download/fetchArchive.js';
import { type ImportedNetwork, importRun, requireNoCheckpoint } from '../../interop/importRun.js';
import { demoModelFile } from '../demoModels.js';
import { findGenerator } from '../generatorSource.js';
import type { CatalogueEntry } from './catalogueEntry.js';

/** Where a model of a catalogue goes. */
export interface GetOptions extends Omit<FetchOptions, 'url' | 'path' | 'maxBytes' | 'addressOption'> {
  readonly checkpointsDir: string;
  /** Of the run or the file. Default: the entry's. */
  readonly name?: string;
  /** Another place to fetch it from; the checksum stays the catalogue's. */
  readonly url?: string;
}

/** A model that is here, verified. */
export interface GotModel {
  /** What `--model` takes. A run is looked for in `checkpointsDir`. */
  readonly model: string;
  readonly isRun: boolean;
  /** What an import has found; empty where nothing was imported. */
  readonly networks: readonly ImportedNetwork[];
  /** False when it was here already. */
  readonly written: boolean;
  /** Of a file that was fetched and compared with git's id: its SHA-256 in hexadecimal. */
  readonly sha256?: string;
}

/** GitHub keeps no larger blob: so much is fetched at most where the catalogue has no length. */
const MOST_BLOB_BYTES = 100 * 2 ** 20;

/** Of a run: which model it is, so that it is not fetched twice. */
const ORIGIN = 'origin.json';

/**
 * Fetches a model that a catalogue names, unless it is here already, and makes of it what can be translated with: state
 * dicts and web models become a run, `<checkpointsDir>/<name>`; ONNX and safetensors a file, `<checkpointsDir>/<name>.onnx`.
 * It gathers in a file that ends in `.part`, where a later call continues, may not be longer than the catalogue says,
 * and gets its name when it has the checksum of the catalogue.
 *
 * @throws Pix2PixError for a name that is taken, a server that refuses, a file that is another one or no generator
 */
export async function getModel(entry: CatalogueEntry, options: GetOptions): Promise<GotModel> {
  const { checkpointsDir, name = entry.name } = options;
  if (entry.format === 'pth' || entry.format === 'pict')
    return getRun(entry, join(checkpointsDir, name), name, options);
  const file = await fileOf(entry, join(checkpointsDir, `${name}.${entry.format}`), options);
  const { path, written, sha256 } = file;
  findGenerator(path); // now rather than when someone translates
  const isOfPackage = entry.name.startsWith('demo:') && demoModelFile(entry.name) === path;
  return { model: isOfPackage ? entry.name : path, isRun: false, networks: [], written, sha256 };
}

async function getRun(
  entry: CatalogueEntry,
  folder: string,
  name: string,
  options: GetOptions,
): Promise<GotModel> {
  const run = { model: name, isRun: true } as const;
  if (await isOrigin(folder, entry)) return { ...run, networks: [], written: false };
  requireNoCheckpoint(folder);
  const file = await fileOf(entry, join(folder, `downloaded.${entry.format}`), options).catch(
    async (error) => {
      await rmdir(folder).catch(() => {}); // it stays where bytes of a download wait in it
      throw error;
    },
  );
  const { path, written, sha256 = entry.sha256 } = file;
  // first, so that a run never lacks it
  writeFileAtomic(join(folder, ORIGIN), `${JSON.stringify({ ...entry, sha256 }, null, 2)}\n`);
  const networks = importRun([path], folder);
  if (written) await rm(path, { force: true });
  return { ...run, networks, written: true, sha256: file.sha256 };
}

/** Whether the folder is a run of this very model. */
async function isOrigin(folder: string, entry: CatalogueEntry): Promise<boolean> {
  const kind = kindOf(entry);
  try {
    const origin = JSON.parse(await readFile(join(folder, ORIGIN), 'utf8'));
    return origin[kind] === entry[kind] && existsSync(join(folder, 'latest_net_G.pth'));
  } catch {
    return false;
  }
}

/** A file of the catalogue's checksum. */
interface VerifiedFile {
  readonly path: string;
  /** Whether it was fetched now. */
  readonly written: boolean;
  /** As in `GotModel`. */
  readonly sha256?: string;
}

/** The entry's file, verified: where it lies, or fetched to `target`. */
async function fileOf(entry: CatalogueEntry, target: string, options: GetOptions): Promise<VerifiedFile> {
  const { place, bytes = MOST_BLOB_BYTES } = entry;
  if ('file' in place && options.url === undefined) return fileThere(fileURLToPath(place.file), entry);
  if (existsSync(target)) return fileThere(target, entry);
  const url = options.url ?? (place as { url: string }).url;
  const part = await fetchArchive({ ...options, url, path: `${target}.part`, maxBytes: bytes });
  await requireFetched(
    part,
    entry,
    url,
    'nothing was kept: try again, or tell whoever keeps the catalogue that the file has changed',
  );
  await rename(part.path, target);
  await part.discard();
  const sha256 = kindOf(entry) === 'gitBlob' ? await hashOf(target) : undefined;
  return { path: target, written: true, sha256 };
}

async function fileThere(path: string, entry: CatalogueEntry): Promise<VerifiedFile> {
  await requireHash(path, entry, {
    what: 'there is another file of this name',
    place: { file: path },
    fix: 'move it away, or choose another --name',
  });
  return { path, written: false };
}
