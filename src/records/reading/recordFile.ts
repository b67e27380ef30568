import { join } from 'node:path';
import { RUN_RECORD_FILE, type RunRecord, type RunSession } from '../writing/runRecord.js';
import { parseRunRecord } from '../writing/runRecordFile.js';
import { readSmallFile } from './openRegular.js';

/** Networks with their layers are in it, for each session. */
const MAX_BYTES = 1 << 25;

/**
 * The record of a run, `run.json`; undefined where there is none.
 * @throws Error saying what is wrong with it
 */
export async function readRecord(folder: string): Promise<RunRecord | undefined> {
  const text = await readSmallFile(join(folder, RUN_RECORD_FILE), MAX_BYTES);
  if (text === undefined) return undefined;
  const record = parseRunRecord(text);
  if (!record.sessions.every(isSession)) throw new Error('a session lacks what every session has');
  return record;
}

/** Checks the fields that the table of runs relies on; the rest is shown as it is. */
function isSession(session: unknown): session is RunSession {
  if (!isObject(session)) return false;
  const { startedAt, options, given, commandLine, machine, process, exit, plan } = session;
  return (
    typeof startedAt === 'string' &&
    !Number.isNaN(Date.parse(startedAt)) &&
    isObject(options) &&
    [given, commandLine].every(
      (list) => Array.isArray(list) && list.every((word) => typeof word === 'string'),
    ) &&
    isObject(machine) &&
    typeof machine.host === 'string' &&
    isObject(process) &&
    typeof process.pid === 'number' &&
    (exit === undefined || (isObject(exit) && typeof exit.reason === 'string')) &&
    (plan === undefined ||
      (isObject(plan) && Object.values(plan).every((count) => typeof count === 'number')))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
