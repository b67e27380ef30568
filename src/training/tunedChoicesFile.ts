import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { cacheFolder } from '../base/files/cacheFolder.js';
import { acquireLock, LockHeld, type RunLock } from '../checkpoints/runLock.js';
import type { TunedChoices, TunedChoicesStore } from '../engine/runtime/tunedChoices.js';

/**
 * Milliseconds between two tries to lock the file, and how many there are while one owner holds it, which does so for less
 * than one.
 */
const RETRY = 20;
const TRIES = 100;

/** Tuned choices in a file that all processes of this machine share: by default algorithms.json in the cache folder. */
export class TunedChoicesFile implements TunedChoicesStore {
  constructor(private readonly file = join(cacheFolder(), 'algorithms.json')) {}

  async read(fingerprint: string): Promise<TunedChoices> {
    const kept = this.contents()[fingerprint];
    return isRecord(kept) ? kept : {};
  }

  async add(fingerprint: string, choices: TunedChoices): Promise<TunedChoices | undefined> {
    const lock = await this.lock();
    try {
      const merged = { ...choices, ...(await this.read(fingerprint)) };
      const contents = { ...this.contents(), [fingerprint]: merged };
      writeFileAtomic(this.file, `${JSON.stringify(contents, null, 1)}\n`, { durable: false });
      return merged;
    } catch {
      return undefined;
    } finally {
      lock?.release();
    }
  }

  /** Between reading and writing nobody else is to write. Undefined where the lock cannot be had. */
  private async lock(): Promise<RunLock | undefined> {
    let owner = '';
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        return acquireLock(`${this.file}.lock`);
      } catch (error) {
        if (!(error instanceof LockHeld)) return undefined;
        if (error.message !== owner) tries = 0; // it names who holds it, and since when
        owner = error.message;
        await sleep(RETRY);
      }
    }
    return undefined; // left by another computer
  }

  /** Choices by device; none where the file is missing or of another kind. */
  private contents(): TunedChoices {
    try {
      const contents: unknown = JSON.parse(readFileSync(this.file, 'utf8'));
      return isRecord(contents) ? contents : {};
    } catch {
      return {};
    }
  }
}

function isRecord(json: unknown): json is TunedChoices {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
