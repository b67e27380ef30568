import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError } from '../../base/files/systemError.js';
import { fetchArchive } from '../../data/make/download/fetchArchive.js';
import { nearestName } from '../../options/nearest.js';
import { type CatalogueEntry, readEntry } from './catalogueEntry.js';

/** A list of published generators. */
export interface Catalogue {
  /** Where it is. */
  readonly address: string;
  readonly models: readonly CatalogueEntry[];
}

/** A catalogue of some thousand entries. */
const MOST_BYTES = 1_000_000;

/** From dist/src/inference/catalogue. */
const OF_PACKAGE = new URL('../../../../models/catalogue.json', import.meta.url);

/**
 * Reads a catalogue: a file, or an http(s) address; by default the package's own.
 *
 * @throws Pix2PixError where it cannot be had, is no catalogue, or an entry lacks what makes it safe to fetch
 */
export async function readCatalogue(where?: string, signal?: AbortSignal): Promise<Catalogue> {
  if (where !== undefined && /^https?:/i.test(where))
    return parseCatalogue(await fetchText(where, signal), new URL(where));
  const base = where === undefined ? OF_PACKAGE : pathToFileURL(resolve(where));
  return parseCatalogue(await readText(base), base);
}

/**
 * The entry of this name.
 * @throws Pix2PixError where there is none, with the nearest name
 */
export function findEntry({ address, models }: Catalogue, name: string): CatalogueEntry {
  const found = models.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = models.map((entry) => entry.name);
  const near = nearestName(name, names);
  throw new Pix2PixError(
    `the catalogue has no model ${name}`,
    { catalogue: address, 'it has': names.slice(0, 20).join(', ') || 'none' },
    near === undefined ? 'name one of these, or another --catalogue' : `did you mean ${near}?`,
  );
}

function parseCatalogue(text: string, base: URL): Catalogue {
  const models = listIn(text);
  if (models === undefined) {
    const facts = { catalogue: base.href, wanted: '{ "models": [ ... ] } as JSON' };
    throw new Pix2PixError('this is no catalogue of models', facts, 'docs/interchange.md shows one');
  }
  const entries = models.map((entry, place) => readEntry(entry, place, base));
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice === undefined) return { address: base.href, models: entries };
  const facts = { catalogue: base.href, name: twice };
  throw new Pix2PixError('the catalogue has two models of one name', facts, 'give one of them another name');
}

function listIn(text: string): readonly unknown[] | undefined {
  try {
    const { models } = JSON.parse(text);
    return Array.isArray(models) ? models : undefined;
  } catch {
    return undefined;
  }
}

async function readText(file: URL): Promise<string> {
  try {
    if ((await stat(file)).size <= MOST_BYTES) return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(error, 'the catalogue cannot be read', file.pathname);
  }
  const facts = { catalogue: file.pathname, limit: `${MOST_BYTES} bytes` };
  throw new Pix2PixError('the catalogue is too large', facts, 'is it the file that you meant?');
}

async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pix2pix-catalogue-'));
  try {
    const path = join(folder, 'catalogue.json');
    await fetchArchive({ url, path, maxBytes: MOST_BYTES, addressOption: '--catalogue', signal, retries: 2 });
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
