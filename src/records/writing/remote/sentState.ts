import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../base/files/atomicFile.js';
import { fileError, isUnreadable } from '../../../base/files/systemError.js';

/** The file in a run's folder that says what each remote tracker has taken. */
export const SENT_FILE = 'remote_trackers.json';
const MAX_BYTES = 16e6;

/** How much of a run one place has accepted. */
export interface SentState {
  /** The run's `RunFacts.id`: another run of the same folder starts anew. */
  readonly run: string;
  /** Its name at the service. */
  readonly remote: string;
  /** Up to which byte each event file has been sent, by name. */
  readonly events: Readonly<Record<string, number>>;
  /** The version of each file that was sent, by its path at the service. */
  readonly files: Readonly<Record<string, string>>;
  /** The session whose end was sent. */
  readonly ended?: string;
}

/** How much a place has accepted; undefined where that is nothing, or the record of it is lost. */
export function loadSent(folder: string, place: string): SentState | undefined {
  const state = Object.entries(readAll(folder)).find(([key]) => key === place)?.[1];
  return isState(state) ? state : undefined;
}

/**
 * Remembers what a place has taken; those of other places stay.
 *
 * @throws Pix2PixError where the folder cannot be written
 */
export function saveSent(folder: string, place: string, state: SentState): void {
  const places = { ...readAll(folder), [place]: state };
  writeFileAtomic(join(folder, SENT_FILE), `${JSON.stringify({ format: 1, places }, null, 1)}\n`, {
    durable: false,
  });
}

function readAll(folder: string): Record<string, unknown> {
  const path = join(folder, SENT_FILE);
  try {
    if (!statSync(path).isFile() || statSync(path).size > MAX_BYTES) return {};
    const content = JSON.parse(readFileSync(path, 'utf8'));
    return content?.format === 1 && isObject(content.places) ? content.places : {};
  } catch (error) {
    if (isUnreadable(error)) throw fileError(error, 'cannot read', path);
    return {};
  }
}

function isState(value: unknown): value is SentState {
  if (!isObject(value)) return false;
  const { run, remote, events, files, ended } = value;
  return (
    typeof run === 'string' &&
    typeof remote === 'string' &&
    isObject(events) &&
    Object.values(events).every((byte) => Number.isSafeInteger(byte) && (byte as number) >= 0) &&
    isObject(files) &&
    Object.values(files).every((version) => typeof version === 'string') &&
    (ended === undefined || typeof ended === 'string')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
