import { dirname, join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { removeQuietly } from '../base/files/durableFile.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { makeFolder } from '../base/files/makeFolder.js';
import { fileError, systemCode } from '../base/files/systemError.js';
import { type LockOwner, livingOwner, ownerFacts, thisProcess } from './lockOwner.js';

export const LOCK_NAME = 'train.lock';
const MAX_ATTEMPTS = 5;

/** The warning when `keepRunLock` has taken a lock again. */
export const LOCK_RETAKEN =
  'somebody has removed the lock of this run while it trains: it is taken again, and training goes on';

/** A lock that this process has taken, as plain data: it can be sent to another thread. */
export interface HeldLock {
  readonly path: string;
  /** Of the lock file. */
  readonly content: string;
}

/** Another process has taken a lock that was ours. */
export class LockLost extends Pix2PixError {}

/** Another process holds the lock. */
export class LockHeld extends Pix2PixError {}

/**
 * The right to train in a run's folder: the file `train.lock`, created exclusively, that names its owner. It is
 * released by `release`, when the thread that took it exits, and, after a crash, by the next one who asks, since the
 * owner is then no living process. (A lock kept fresh by a timer, as proper-lockfile's, would go stale while a training
 * step or a save blocks the thread.)
 */
export class RunLock implements HeldLock {
  private readonly releaseOnExit = () => this.release();

  /** @internal use `acquireRunLock` */
  constructor(
    readonly path: string,
    readonly content: string,
    private readonly fs: FileSystem,
  ) {
    process.once('exit', this.releaseOnExit);
  }

  /** Gives the lock back; calling it again, or when the file is another's, does nothing. */
  release(): void {
    process.off('exit', this.releaseOnExit);
    try {
      if (readLock(this.path, this.fs) === this.content) removeQuietly(this.path, this.fs);
    } catch {
      // Unreadable now: the next one who asks finds that this process is gone.
    }
  }
}

/** Takes the lock of a run's folder. Throws as `acquireLock`. */
export function acquireRunLock(directory: string, fs: FileSystem = nodeFileSystem): RunLock {
  return acquireLock(join(directory, LOCK_NAME), fs);
}

/**
 * Takes a lock, whose folder is made if need be.
 * @throws LockHeld naming the process, its host and since when, if another one holds it; Pix2PixError when the folder
 * cannot be written
 */
export function acquireLock(path: string, fs: FileSystem = nodeFileSystem): RunLock {
  const content = JSON.stringify(thisProcess());
  try {
    makeFolder(dirname(path), fs);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (create(path, content, fs)) return new RunLock(path, content, fs);
      const found = readLock(path, fs);
      if (found === undefined) continue; // released this moment
      const owner = ownerAt(path, found, fs);
      if (owner !== undefined) throw refusal(path, ownerFacts(owner));
      removeStale(path, found, fs);
    }
  } catch (error) {
    throw fileError(error, 'cannot lock the run', path);
  }
  throw refusal(path, { by: 'other processes, which keep taking it' });
}

/**
 * Makes sure that a lock is still this process's. One that somebody has removed, by itself or with its folder, or
 * overwritten, is taken again.
 *
 * @returns whether it had to be
 * @throws Pix2PixError naming the process that has taken it meanwhile: the run's folder is no longer ours to write to
 */
export function keepRunLock({ path, content }: HeldLock, fs: FileSystem = nodeFileSystem): boolean {
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = readLock(path, fs);
      if (found === content) return false;
      if (found === undefined) {
        makeFolder(dirname(path), fs);
        if (create(path, content, fs)) return true;
        continue; // another thread of ours, or another process, was faster
      }
      const owner = ownerAt(path, found, fs);
      if (owner === 'starting') return false; // the next look finds a name in it
      if (owner !== undefined) throw lost(path, ownerFacts(owner));
      removeStale(path, found, fs);
    }
  } catch (error) {
    throw fileError(error, 'cannot look at the lock of the run', path);
  }
  throw lost(path, { by: 'other processes, which keep taking it' });
}

function create(path: string, content: string, fs: FileSystem): boolean {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    fs.writeSync(descriptor, content);
  } catch (error) {
    removeQuietly(path, fs); // a full disk: leave no lock that names no one
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
  return true;
}

function readLock(path: string, fs: FileSystem): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Who holds the lock, unless that one is certainly gone. */
function ownerAt(path: string, content: string, fs: FileSystem): LockOwner | 'starting' | undefined {
  return livingOwner(content, fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/**
 * Removes a stale lock, and no other: between reading and removing, someone else may have removed it and taken a new
 * one. So it is renamed first, which only one can do, and put back if it turns out to be the newer.
 */
function removeStale(path: string, stale: string, fs: FileSystem): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readLock(aside, fs) !== stale) putBack(aside, path, fs);
  removeQuietly(aside, fs);
}

function putBack(aside: string, path: string, fs: FileSystem): void {
  try {
    fs.linkSync(aside, path); // unlike a rename, it replaces nothing
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') fs.renameSync(aside, path); // no hard links here
  }
}

function refusal(path: string, facts: Readonly<Record<string, string>>): LockHeld {
  return new LockHeld(
    'this run is being trained already',
    { ...facts, lock: path },
    'wait for it or stop it, or choose another --name; if it is surely gone, remove the lock file',
  );
}

function lost(path: string, facts: Readonly<Record<string, string>>): LockLost {
  return new LockLost(
    'the lock of this run was removed, and another process has taken it',
    { ...facts, lock: path },
    'what was saved before is intact; train under another --name, and leave the lock of a training that runs',
  );
}
