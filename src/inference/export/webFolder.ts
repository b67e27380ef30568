import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import { MODEL_FORMAT, MODEL_INDEX, type ModelIndex } from '../portable/modelIndex.js';

/** Small enough for the file limits of common static hosts and their caches. */
export const CHUNK_BYTES = 20e6;

/** The folder into which the build puts web/. */
const BUILT = fileURLToPath(new URL('../../../web/', import.meta.url)); // dist/web, from dist/src/inference/export

/** Where the model lies below the site. */
const MODEL = 'model';
const CHUNK_NAME = /^[0-9a-f]{16}\.bin$/;

/**
 * Writes a folder that any static server can host: a page, the script that it uses, ONNX Runtime for the browser, and
 * the model in pieces that are named after their contents, so that they may be cached for ever.
 *
 * All of it is written beside its place first: a full disk leaves what was there as it was. Other files in the folder
 * stay.
 *
 * @param file the weights as a safetensors file
 * @throws Pix2PixError when the folder cannot be written
 */
export function writeWebFolder(folder: string, file: Uint8Array, info: GeneratorInfo): void {
  requireBuilt();
  let draft: string | undefined;
  try {
    const isNew = !existsSync(folder);
    if (isNew) makeFolder(dirname(resolve(folder)));
    const unique = randomBytes(6).toString('hex');
    draft = isNew ? `${resolve(folder)}.${unique}.tmp` : join(folder, `.${unique}.tmp`);
    mkdirSync(draft);
    const names = [...writeModel(join(draft, MODEL), file, info), ...copyBuilt(draft)];
    if (isNew) renameSync(draft, folder);
    else replace(draft, folder, names);
  } catch (error) {
    throw fileError(error, 'the web folder cannot be written', folder);
  } finally {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
  }
}

/** The names of the files written, below the site: pieces, and last the index that names them. */
function writeModel(folder: string, file: Uint8Array, info: GeneratorInfo): string[] {
  mkdirSync(folder);
  const chunks: ModelIndex['chunks'][number][] = [];
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    const bytes = file.subarray(at, at + CHUNK_BYTES);
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.bin`;
    chunks.push({ name, bytes: bytes.length });
    writeFileSync(join(folder, name), bytes);
  }
  const index: ModelIndex = { format: MODEL_FORMAT, info, bytes: file.length, chunks };
  writeFileSync(join(folder, MODEL_INDEX), `${JSON.stringify(index, null, 2)}\n`);
  return [...chunks.map(({ name }) => name), MODEL_INDEX].map((name) => join(MODEL, name));
}

/** The names of the files copied. */
function copyBuilt(folder: string): string[] {
  const names = readdirSync(BUILT, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts')) // the dashboard has a folder
    .map(({ name }) => name);
  for (const name of names) copyFileSync(join(BUILT, name), join(folder, name));
  return names;
}

function requireBuilt(): void {
  if (existsSync(join(BUILT, 'pix2pix.js'))) return;
  throw new Pix2PixError('the web page is not built yet', { folder: BUILT }, 'npm run build');
}

/** Puts files over those of an earlier export, pieces of the model before the index that names them; no byte is written. */
function replace(draft: string, folder: string, names: readonly string[]): void {
  makeFolder(join(folder, MODEL));
  for (const name of names) renameSync(join(draft, name), join(folder, name));
  for (const name of readdirSync(join(folder, MODEL))) {
    if (CHUNK_NAME.test(name) && !names.includes(join(MODEL, name))) rmSync(join(folder, MODEL, name));
  }
}
