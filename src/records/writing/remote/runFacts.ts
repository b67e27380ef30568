import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RUN_RECORD_FILE, type RunRecord, type RunSession } from '../runRecord.js';
import type { RunEnd, RunFacts } from './remoteTracker.js';

const MAX_BYTES = 64e6;

/**
 * The facts of the run in a folder. A folder may hold the sessions of several runs, since a training that is not
 * continued replaces the one before; the run is the last session that began afresh and those that continued it.
 */
export async function readRunFacts(folder: string, isUnderWay: boolean): Promise<RunFacts> {
  const record = await readRecord(folder);
  if (record === undefined) {
    return { id: hash(resolve(folder)), name: basename(resolve(folder)), isUnderWay };
  }
  const first = record.sessions.findLastIndex(({ resumedFrom }) => resumedFrom === undefined);
  const sessions = record.sessions.slice(Math.max(0, first));
  const { id, options } = sessions[0];
  return {
    id: /^[\w-]{1,64}$/.test(id) ? id : hash(id),
    name: typeof options.name === 'string' ? options.name : basename(resolve(folder)),
    isUnderWay,
    record: { format: 1, sessions },
  };
}

/** How a session ended; one that ended without recording how has failed. */
export function endOf({ exit }: RunSession): RunEnd {
  if (exit?.reason === 'finished' || exit?.reason === 'max_steps') return 'finished';
  return exit?.reason === 'stopped' ? 'stopped' : 'failed';
}

/** Undefined where there is none, or none that can be used. */
async function readRecord(folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, RUN_RECORD_FILE);
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined;
    const { sessions } = Object(JSON.parse(await readFile(path, 'utf8')));
    const isRecord = Array.isArray(sessions) && sessions.length > 0 && sessions.every(isSession);
    return isRecord ? { format: 1, sessions } : undefined;
  } catch {
    return undefined;
  }
}

function isSession(value: unknown): value is RunSession {
  const { id, startedAt, commandLine, options, versions, machine } = Object(value);
  return (
    typeof id === 'string' &&
    Number.isFinite(Date.parse(startedAt)) &&
    Array.isArray(commandLine) &&
    [options, versions, machine].every((part) => typeof part === 'object' && part !== null) &&
    Array.isArray(machine.gpus)
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
