import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files/atomicFile.js';

/** The requests that other processes may make of a training that runs. */
export interface RunRequests {
  /** To finish its step, save and end. */
  readonly stop: boolean;
  /** To save `latest` after its step and go on. */
  readonly save: boolean;
}

/** Files in here are requests: their names say what is asked, and any process that may write the run's folder may ask. */
const FOLDER = 'requests';

/**
 * Asks the training that runs in this folder to save and stop.
 *
 * @throws Pix2PixError where the request cannot be left
 */
export function requestStop(folder: string): void {
  request(folder, 'stop');
}

/** Asks it to save `latest` and go on. Throws as above. */
export function requestSave(folder: string): void {
  request(folder, 'save');
}

/**
 * The requests made since the last call. Each is taken once; a training that starts takes those left from an earlier
 * one, and discards them.
 */
export function takeRequests(folder: string): RunRequests {
  return { stop: take(folder, 'stop'), save: take(folder, 'save') };
}

function request(folder: string, what: keyof RunRequests): void {
  // The time is for a person who wonders; that the file is there is the request.
  writeFileAtomic(join(folder, FOLDER, what), `${new Date().toISOString()}\n`, { durable: false });
}

/** Where a file cannot be removed it is not taken either: it would be taken again and again. */
function take(folder: string, what: keyof RunRequests): boolean {
  const file = join(folder, FOLDER, what);
  if (!existsSync(file)) return false;
  try {
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}
