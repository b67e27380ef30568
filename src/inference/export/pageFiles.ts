import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import { MODEL_FORMAT, MODEL_INDEX, type ModelIndex } from '../portable/modelIndex.js';
import type { StartingPoints } from './startingPoints.js';

/** Small enough for the file limits of common static hosts and their caches. */
const CHUNK_BYTES = 20e6;

/** The folder into which the build puts web/. */
const BUILT = fileURLToPath(new URL('../../../web/', import.meta.url)); // dist/web, from dist/src/inference/export

/** A file of a page: its path below the page, and what is in it, or where it lies. */
export type PageFile = { readonly name: string } & (
  | { readonly contents: Uint8Array | string }
  | { readonly source: string }
);

/**
 * The playground's own files, the same for every model: page, scripts, and ONNX Runtime for browsers without WebGPU.
 * @throws Pix2PixError when they have not been built
 */
export function pageFiles(): PageFile[] {
  if (!existsSync(join(BUILT, 'pix2pix.js')))
    throw new Pix2PixError('the web page is not built yet', { folder: BUILT }, 'npm run build');
  return readdirSync(BUILT, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts')) // other pages have folders
    .map(({ name }) => ({ name, source: join(BUILT, name) }));
}

/**
 * The files of a model for a page, by their names in its folder: pieces of the weights, inputs to start from, and last the
 * index that names them. Pieces and inputs are named after their contents, so that they may be cached for ever.
 *
 * @param file the weights as a safetensors file
 */
export function modelFiles(file: Uint8Array, info: GeneratorInfo, starting: StartingPoints): PageFile[] {
  const chunks: PageFile[] = [];
  for (let at = 0; at < file.length; at += CHUNK_BYTES)
    chunks.push(named(file.subarray(at, at + CHUNK_BYTES), 'bin'));
  const examples = starting.examples.map((png) => named(png, 'png'));
  const index: ModelIndex = {
    format: MODEL_FORMAT,
    info,
    bytes: file.length,
    chunks: chunks.map((chunk) => ({ name: chunk.name, bytes: sizeOf(chunk) })),
    brushes: starting.brushes,
    examples: examples.map(({ name }) => name),
  };
  return [...chunks, ...examples, { name: MODEL_INDEX, contents: `${JSON.stringify(index, null, 2)}\n` }];
}

/** Whether a file of a model is named after its contents. */
export const isNamedAfterContents = (name: string) => /^[0-9a-f]{16}\.(bin|png)$/.test(name);

function named(contents: Uint8Array, ending: string): PageFile {
  return { name: `${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.${ending}`, contents };
}

function sizeOf(file: PageFile): number {
  return 'contents' in file ? file.contents.length : 0;
}
