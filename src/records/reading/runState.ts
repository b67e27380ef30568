import { hostname } from 'node:os';
import { bootId, isProcessAlive, processStart } from '../../base/files/processIdentity.js';
import type { RunSession } from '../writing/runRecord.js';
import type { RunState } from './runSummary.js';

/** Silence that is usual, in ms: before the first step, programs are compiled and layers timed. */
const QUIET_START = 10 * 60_000;
const QUIET = 60_000;
/** A training is stalled when it has been silent for so many times its usual interval. */
const QUIET_INTERVALS = 10;

export interface RunSigns {
  /** The newest session, unless another program wrote the run. */
  readonly session?: RunSession;
  /** Milliseconds since 1970 at which its event files last showed progress. */
  readonly lastProgress?: number;
  /** Milliseconds between two signs of progress, as a rule. */
  readonly interval?: number;
}

/** Whether the process of a session lives: undefined where another machine would have to be asked. */
export type ProcessLife = (session: RunSession) => boolean | undefined;

/** The state of a run, and the reason for it. */
export function runState(
  { session, lastProgress, interval = 0 }: RunSigns,
  now: number,
  lives: ProcessLife = processLives,
): { readonly state: RunState; readonly reason?: string } {
  const silence =
    now - Math.max(lastProgress ?? 0, session === undefined ? 0 : Date.parse(session.startedAt));
  const isNew = session !== undefined && (lastProgress ?? 0) < Date.parse(session.startedAt);
  const isSilent = silence > Math.max(isNew ? QUIET_START : QUIET, QUIET_INTERVALS * interval);
  const since = lastProgress === undefined ? '' : `, silent since ${new Date(now - silence).toISOString()}`;
  if (session === undefined) {
    return isSilent
      ? { state: 'stopped', reason: `written by another program${since}` }
      : { state: 'running' };
  }
  if (session.exit !== undefined) return ended(session.exit);
  const life = lives(session);
  if (life === false)
    return { state: 'crashed', reason: `its process is gone without having said why${since}` };
  if (!isSilent) return { state: 'running' };
  const where = life === undefined ? ` on ${session.machine.host}, which cannot be asked from here` : '';
  return { state: 'stalled', reason: `no progress${where}${since}` };
}

function ended({ reason, message }: NonNullable<RunSession['exit']>) {
  if (reason === 'failed') return { state: 'crashed', reason: message } as const;
  return { state: reason === 'stopped' ? 'stopped' : 'finished' } as const; // --max_steps is an end that was asked for
}

/** Of this host, a session lives while its process does: the same one, since the same start of the machine. */
export function processLives({ machine, process: { pid, start, boot } }: RunSession): boolean | undefined {
  if (machine.host !== hostname()) return undefined;
  const bootNow = bootId();
  if (boot !== undefined && bootNow !== undefined && boot !== bootNow) return false;
  if (!isProcessAlive(pid)) return false;
  const startNow = processStart(pid);
  return start === undefined || startNow === undefined || start === startNow;
}
