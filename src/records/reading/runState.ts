import { hostname } from 'node:os';
import { bootId, isProcessAlive, processStart } from '../../base/files/processIdentity.js';
import type { RunExit, RunPlan, RunSession } from '../writing/runRecord.js';
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
  if (session.exit !== undefined) return ended(session.exit, session.plan);
  const life = lives(session);
  if (life === false)
    return { state: 'crashed', reason: `its process is gone without having said why${since}` };
  if (!isSilent) return { state: 'running' };
  const where = life === undefined ? ` on ${session.machine.host}, which cannot be asked from here` : '';
  return { state: 'stalled', reason: `no progress${where}${since}` };
}

function ended({ reason, message }: RunExit, plan: RunPlan | undefined) {
  if (reason === 'failed') return { state: 'crashed', reason: message } as const;
  if (reason === 'stopped') return { state: 'stopped' } as const;
  const isShort = reason === 'max_steps' && plan !== undefined && epochsToMake(plan) < plan.epochs;
  if (!isShort) return { state: 'finished' } as const;
  const where = `by --max_steps, in epoch ${epochsToMake(plan)} of the ${plan.epochs} that were planned`;
  return { state: 'finished', reason: where } as const; // an end that was asked for
}

/** The number of the epoch in which a run ends: --max_steps may come before the last. */
export function epochsToMake({ epochs, lastStep, imagesPerEpoch }: RunPlan): number {
  return Math.max(1, Math.min(epochs, Math.ceil(lastStep / Math.max(1, imagesPerEpoch))));
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
