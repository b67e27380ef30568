import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError } from '../../base/files/systemError.js';
import { tagOfManifest } from '../../checkpoints/format/checkpointNames.js';
import { liveLockIn } from '../../checkpoints/liveLock.js';
import { RUN_RECORD_FILE } from '../writing/runRecord.js';
import { isEventFile } from './eventLog.js';
import { requireNoLinks } from './openRegular.js';

/** A run that is not removed, because somebody trains in it, or because of what lies below it. */
export class RunInUse extends Pix2PixError {}

/**
 * Deletes a run's folder. It is moved aside first, in one instant: a training that starts meanwhile finds no folder that
 * vanishes under it, and one that had started already is found then, and gets its folder back.
 *
 * @param onMoving for tests: called between the first look and the move
 * @throws RunInUse where a process trains in the folder or anywhere below it, or another run lies below; Pix2PixError where
 * it is no longer what it was, or cannot be deleted
 */
export async function removeRun(folder: string, onMoving: () => void = () => {}): Promise<void> {
  await requireNoLinks(folder);
  const name = basename(folder);
  await requireUnused(folder, name);
  onMoving();
  const aside = join(dirname(folder), `.${name}.${randomBytes(4).toString('hex')}.deleted`);
  await attempt('cannot move the run aside', folder, () => rename(folder, aside));
  try {
    await requireUnused(aside, name);
  } catch (error) {
    await attempt('cannot put the run back', aside, () => rename(aside, folder));
    throw error;
  }
  await attempt('a part of the run cannot be deleted', aside, () => rm(aside, { recursive: true }));
}

/** Looks at every folder, hidden ones too, and follows no link: what would be deleted is what is looked at. */
async function requireUnused(run: string, name: string): Promise<void> {
  const walk = async (folder: string): Promise<void> => {
    const entries = await attempt('cannot look at', folder, () => readdir(folder, { withFileTypes: true }));
    const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    const place = join(name, relative(run, folder));
    const lock = await liveLockIn(folder, files);
    if (lock !== undefined) throw new RunInUse(`${place} is being trained`, lock, 'stop it first');
    if (folder !== run && files.some(isWork)) {
      const fix = 'delete that one first, or move it elsewhere';
      throw new RunInUse(`another run lies below this one: ${place}`, {}, fix);
    }
    for (const entry of entries) if (entry.isDirectory()) await walk(join(folder, entry.name));
  };
  await walk(run);
}

/** Whether a file of this name makes its folder a run: a record, events or a checkpoint. */
function isWork(name: string): boolean {
  return name === RUN_RECORD_FILE || isEventFile(name) || tagOfManifest(name) !== undefined;
}

async function attempt<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, action, path);
  }
}
