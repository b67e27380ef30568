import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import { MODEL_INDEX, type ModelIndex } from '../portable/modelIndex.js';

/** Small enough for the file limits of common static hosts and their caches. */
export const CHUNK_BYTES = 20e6;

/** The folder into which the build puts web/. */
const BUILT = fileURLToPath(new URL('../../../web/', import.meta.url)); // dist/web, from dist/src/inference/export

const CHUNK_NAME = /^[0-9a-f]{16}\.bin$/;

/**
 * Writes a folder that any static server can host: a page, the script that it uses, ONNX Runtime for the browser, and
 * the model in pieces that are named after their contents, so that they may be cached for ever.
 *
 * @param file the ONNX model
 * @throws Pix2PixError when the folder cannot be written
 */
export function writeWebFolder(folder: string, file: Uint8Array, info: GeneratorInfo): void {
  requireBuilt();
  const modelFolder = join(folder, 'model');
  const chunks: ModelIndex['chunks'][number][] = [];
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    const bytes = file.subarray(at, at + CHUNK_BYTES);
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.bin`;
    chunks.push({ name, bytes: bytes.length });
    writeFileAtomic(join(modelFolder, name), bytes, { durable: false });
  }
  const index: ModelIndex = { format: 1, info, bytes: file.length, chunks };
  writeFileAtomic(join(modelFolder, MODEL_INDEX), `${JSON.stringify(index, null, 2)}\n`);
  for (const name of readdirSync(modelFolder)) {
    if (CHUNK_NAME.test(name) && !chunks.some((chunk) => chunk.name === name))
      rmSync(join(modelFolder, name));
  }
  copyBuilt(folder);
}

function requireBuilt(): void {
  if (existsSync(join(BUILT, 'pix2pix.js'))) return;
  throw new Pix2PixError('the web page is not built yet', { folder: BUILT }, 'npm run build');
}

function copyBuilt(folder: string): void {
  try {
    makeFolder(folder);
    for (const entry of readdirSync(BUILT, { withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.d.ts')) continue;
      copyFileSync(join(BUILT, entry.name), join(folder, entry.name)); // the dashboard has a folder
    }
  } catch (error) {
    throw fileError(error, 'the web folder cannot be written', folder);
  }
}
