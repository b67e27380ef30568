import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { hashOf, requireHash } from '../../data/make/download/checksum.js';
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
}

/** Of a run: which model it is, so that it is not fetched twice. */
const ORIGIN = 'origin.json';

/**
 * Fetches a model that a catalogue names, unless it is here already, and makes of it what can be translated with: state
 * dicts and web models become a run, `<checkpointsDir>/<name>`; ONNX and safetensors a file, `<checkpointsDir>/<name>.onnx`.
 * It gathers in a file that ends in `.part`, where a later call continues, may not be longer than the catalogue says,
 * and gets its name when it has the SHA-256 of the catalogue.
 *
 * @throws Pix2PixError for a name that is taken, a server that refuses, a file that is another one or no generator
 */
export async function getModel(entry: CatalogueEntry, options: GetOptions): Promise<GotModel> {
  const { checkpointsDir, name = entry.name } = options;
  if (entry.format === 'pth' || entry.format === 'pict')
    return getRun(entry, join(checkpointsDir, name), name, options);
  const { path, written } = await fileOf(entry, join(checkpointsDir, `${name}.${entry.format}`), options);
  findGenerator(path); // now rather than when someone translates
  const isOfPackage = entry.name.startsWith('demo:') && demoModelFile(entry.name) === path;
  return { model: isOfPackage ? entry.name : path, isRun: false, networks: [], written };
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
  const { path, written } = await fileOf(entry, join(folder, `downloaded.${entry.format}`), options);
  // first, so that a run never lacks it
  writeFileAtomic(join(folder, ORIGIN), `${JSON.stringify(entry, null, 2)}\n`);
  const networks = importRun([path], folder);
  if (written) await rm(path, { force: true });
  return { ...run, networks, written: true };
}

/** Whether the folder is a run of this very model. */
async function isOrigin(folder: string, { sha256 }: CatalogueEntry): Promise<boolean> {
  try {
    const origin = JSON.parse(await readFile(join(folder, ORIGIN), 'utf8'));
    return origin.sha256 === sha256 && existsSync(join(folder, 'latest_net_G.pth'));
  } catch {
    return false;
  }
}

/** The entry's file, verified: where it lies, or fetched to `target`. */
async function fileOf(
  { place, sha256, bytes }: CatalogueEntry,
  target: string,
  options: GetOptions,
): Promise<{ path: string; written: boolean }> {
  if ('file' in place && options.url === undefined) {
    const path = fileURLToPath(place.file);
    requireSame(path, sha256, await hashOf(path));
    return { path, written: false };
  }
  if (existsSync(target)) {
    requireSame(target, sha256, await hashOf(target));
    return { path: target, written: false };
  }
  const url = options.url ?? (place as { url: string }).url;
  const part = await fetchArchive({ ...options, url, path: `${target}.part`, maxBytes: bytes });
  await requireHash(
    part,
    sha256,
    url,
    'nothing was kept: try again, or tell whoever keeps the catalogue that the file has changed',
  );
  await rename(part.path, target);
  await part.discard();
  return { path: target, written: true };
}

function requireSame(file: string, wanted: string, got: string | undefined): void {
  if (got === wanted) return;
  throw new Pix2PixError(
    got === undefined ? 'the file cannot be read' : 'there is another file of this name',
    { file, 'sha256 wanted': wanted, 'sha256 got': got ?? 'none' },
    'move it away, or choose another --name',
  );
}
