import { createHash } from 'node:crypto';
import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { cacheFolder } from '../../base/files/cacheFolder.js';
import { crc32c } from '../writing/crc32c.js';
import type { EventLog } from './eventLog.js';
import type { RunContents } from './runContents.js';

/** Changes with the form of what is kept: another one is treated as absent. */
const FORMAT = 'pix2pix-ts run 4\n';
const HEADER = FORMAT.length + 4;
const MAX_AGE = 60 * 86_400_000;

/** The data that have been read of a run, and up to where. */
export interface KeptReading {
  readonly log: ReturnType<EventLog['state']>;
  readonly contents: ReturnType<RunContents['state']>;
}

/** Keeps in the cache folder what has been read of a run, so that the next start need not read it again. Never throws. */
export function keepReading(runFolder: string, kept: KeptReading): void {
  try {
    const body = serialize(kept);
    const header = Buffer.alloc(HEADER);
    header.write(FORMAT, 'latin1');
    header.writeUInt32LE(crc32c(body), FORMAT.length);
    writeFileAtomic(pathOf(runFolder), Buffer.concat([header, body]), { durable: false });
  } catch {
    // Then it is read again.
  }
}

/** The data that were kept of a run; undefined where there are none, or they are damaged or of another version. */
export async function keptReading(runFolder: string): Promise<KeptReading | undefined> {
  try {
    const bytes = await readFile(pathOf(runFolder));
    if (bytes.toString('latin1', 0, FORMAT.length) !== FORMAT) return undefined;
    const body = bytes.subarray(HEADER);
    return crc32c(body) === bytes.readUInt32LE(FORMAT.length) ? deserialize(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes what was kept of runs long ago. Never throws. */
export async function forgetOldReadings(now = Date.now()): Promise<void> {
  const names = await readdir(folder()).catch(() => []);
  for (const name of names) {
    const path = join(folder(), name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > MAX_AGE) await unlink(path).catch(() => {});
  }
}

function folder(): string {
  return join(cacheFolder(), 'runs');
}

function pathOf(runFolder: string): string {
  return join(folder(), `${createHash('sha256').update(runFolder).digest('hex').slice(0, 32)}.bin`);
}
