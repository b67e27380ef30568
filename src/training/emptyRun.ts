import { rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { namesIn } from '../base/files/namesIn.js';
import { LOCK_NAME } from '../checkpoints/runLock.js';
import { RUN_LOG_FILE } from '../records/writing/runLog.js';

/** The files of a training that has failed before its first step: what it was asked for, and what it said. */
const TRACES = new Set([RUN_LOG_FILE, 'train_opt.txt']);

/** Whether there is nothing in a run's folder but the lock of the training that has just made it. */
export function isUnused(folder: string): boolean {
  return namesIn(folder).every((name) => name === LOCK_NAME);
}

/**
 * Removes the folder of a new run that has made no step, and those above it that it was alone in, up to `above`. Where
 * there is a record, or anything else, it stays. Never throws.
 */
export function removeUnlessBegun(folder: string, above: string): void {
  const names = namesIn(folder);
  if (!names.every((name) => TRACES.has(name))) return;
  try {
    for (const name of names) rmSync(join(folder, name));
    for (let at = resolve(folder); at !== resolve(above); at = dirname(at)) rmdirSync(at);
  } catch {
    // Not empty any more, or not ours to remove: it is in nobody's way.
  }
}
