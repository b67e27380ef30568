import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFileName, partFileName } from '../../../checkpoints/format/checkpointNames.js';
import { CheckpointStore } from '../../../checkpoints/store.js';
import { RUN_RECORD_FILE } from '../runRecord.js';
import type { RemoteFile } from './remoteTracker.js';

/** A larger file stays here. */
const MAX_FILE_BYTES = 2 ** 31 - 1;
const TAGS = ['best', 'latest'];

/** A file of the run, and what tells this version of it from another. */
export interface VersionedFile extends RemoteFile {
  readonly version: string;
}

/** `run.json`, where there is one. */
export function recordFile(folder: string): VersionedFile[] {
  const source = join(folder, RUN_RECORD_FILE);
  if (!existsSync(source)) return [];
  const bytes = readFileSync(source);
  return [{ path: RUN_RECORD_FILE, source, bytes: bytes.length, version: hash(bytes) }];
}

/**
 * The networks of the checkpoints `best` and `latest`, each after them its manifest; not the state of the optimisers,
 * which is twice as large and of use to nobody but the training itself.
 */
export function checkpointFiles(folder: string): VersionedFile[] {
  const listed = new CheckpointStore(folder, { onWarning: () => {} }).list();
  return TAGS.flatMap((tag) => {
    const manifest = listed.find((checkpoint) => checkpoint.tag === tag)?.manifest;
    if (manifest === undefined) return [];
    const networks = [...manifest.files].filter(([part]) => part.startsWith('net_'));
    const files = networks.map(([part, { bytes, sha256, writtenAs }]) => {
      const name = partFileName(tag, part);
      const written = join(folder, writtenAs);
      const source = existsSync(written) ? written : join(folder, name);
      return { path: `checkpoints/${name}`, source, bytes, version: sha256 };
    });
    const source = join(folder, manifestFileName(tag));
    const about = { path: `checkpoints/${manifestFileName(tag)}`, source, bytes: statSync(source).size };
    return [...files, { ...about, version: manifest.savedAt }].filter(({ bytes }) => bytes <= MAX_FILE_BYTES);
  });
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
