import { hostname } from 'node:os';
import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { removeQuietly } from '../base/files/durableFile.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { makeFolder } from '../base/files/makeFolder.js';
import { bootId, isProcessAlive, processStart } from '../base/files/processIdentity.js';
import { fileError, systemCode } from '../base/files/systemError.js';

/** Who holds a lock. */
interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly boot?: string;
  readonly processStart?: string;
}

const LOCK_NAME = 'train.lock';
/** A lock without content younger than this, in ms, is one that is being written this moment. */
const BIRTH_MS = 10_000;
const MAX_ATTEMPTS = 5;

/**
 * The right to train in a run's folder: the file `train.lock`, created exclusively, that names its owner. It is
 * released by `release`, when the thread that took it exits, and, after a crash, by the next one who asks, since the
 * owner is then no living process. (A lock kept fresh by a timer, as proper-lockfile's, would go stale while a training
 * step or a save blocks the thread.)
 */
export class RunLock {
  private readonly releaseOnExit = () => this.release();

  /** @internal use `acquireRunLock` */
  constructor(
    readonly path: string,
    private readonly content: string,
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

/**
 * Takes the lock of a run's folder, which is made if need be.
 * @throws Pix2PixError naming the process, its host and since when, if another one holds it; or when the folder cannot
 * be written
 */
export function acquireRunLock(directory: string, fs: FileSystem = nodeFileSystem): RunLock {
  const path = join(directory, LOCK_NAME);
  const content = JSON.stringify(thisProcess());
  try {
    makeFolder(directory, fs);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (create(path, content, fs)) return new RunLock(path, content, fs);
      const found = readLock(path, fs);
      if (found === undefined) continue; // released this moment
      requireStale(path, found, fs);
      removeStale(path, found, fs);
    }
  } catch (error) {
    throw fileError(error, 'cannot lock the run', path);
  }
  throw refusal(path, 'other processes keep taking it');
}

function thisProcess(): LockOwner {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    boot: bootId(),
    processStart: processStart(process.pid),
  };
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

/** Returns when the owner is certainly gone; throws the refusal otherwise. */
function requireStale(path: string, content: string, fs: FileSystem): void {
  const owner = parseOwner(content);
  if (owner === undefined) {
    const age = Date.now() - (fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age < BIRTH_MS) throw refusal(path, 'a process that is just starting');
    return;
  }
  if (owner.host === hostname() && !isRunning(owner)) return;
  throw refusal(path, `process ${owner.pid}`, { host: owner.host, since: owner.since });
}

/** Whether the owner, of this host, still runs: the same start of the machine, a living process, and no later one. */
function isRunning(owner: LockOwner): boolean {
  const boot = bootId();
  if (boot !== undefined && owner.boot !== undefined && boot !== owner.boot) return false;
  if (!isProcessAlive(owner.pid)) return false;
  const start = processStart(owner.pid);
  return start === undefined || owner.processStart === undefined || start === owner.processStart;
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

function parseOwner(content: string): LockOwner | undefined {
  try {
    const owner: Partial<LockOwner> | null = JSON.parse(content);
    const isOwner = typeof owner?.pid === 'number' && typeof owner.host === 'string';
    return isOwner && typeof owner.since === 'string' ? (owner as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(path: string, owner: string, facts: Record<string, string> = {}): Pix2PixError {
  return new Pix2PixError(
    'this run is being trained already',
    { by: owner, ...facts, lock: path },
    'wait for it or stop it, or choose another --name; if it is surely gone, remove the lock file',
  );
}
