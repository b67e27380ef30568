import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../base/files/fileSystem.js';
import { fileError } from '../base/files/systemError.js';
import { manifestFileName } from './format/checkpointNames.js';
import {
  closeManifest,
  type Manifest,
  manifestBody,
  readManifestBody,
  refuseManifest,
  splitManifest,
} from './format/manifestText.js';

export type { Manifest, ManifestFile } from './format/manifestText.js';

const MAX_BYTES = 16e6;

/**
 * The text of `<tag>.json` as it is.
 * @throws Pix2PixError when there is none, or it is no file of a reasonable size
 */
export function readManifestText(directory: string, tag: string, fs: FileSystem): string {
  const name = manifestFileName(tag);
  const path = join(directory, name);
  try {
    const stat = fs.statSync(path); // before opening: opening a pipe would wait for ever
    if (!stat.isFile() || stat.size > MAX_BYTES) refuseManifest(name, 'is no manifest');
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, `cannot read ${name}`, path);
  }
}

/** The manifest as JSON whose last entry is the SHA-256 of all text before it. */
export function serialiseManifest(manifest: Manifest): string {
  const body = manifestBody(manifest);
  return closeManifest(body, sha256(body));
}

/**
 * Reads a manifest and checks it, every byte of it.
 * @param name for the message
 * @throws Pix2PixError when it was changed or cut off since it was written, or is of a newer format
 */
export function parseManifest(text: string, name: string): Manifest {
  const { body, checksum } = splitManifest(text, name);
  return readManifestBody(body, name, sha256(body) === checksum);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
