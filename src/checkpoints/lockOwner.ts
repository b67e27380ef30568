import { hostname } from 'node:os';
import { bootId, isProcessAlive, processStart } from '../base/files/processIdentity.js';

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly boot?: string;
  readonly processStart?: string;
}

/** A lock without content younger than this, in ms, is one that is being written this moment. */
const BIRTH_MS = 10_000;

export function thisProcess(): LockOwner {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    boot: bootId(),
    processStart: processStart(process.pid),
  };
}

/**
 * Who holds a lock, unless that one is certainly gone.
 *
 * @param content of the lock file
 * @param modifiedAt when it was written, in ms since 1970
 */
export function livingOwner(content: string, modifiedAt: number): LockOwner | 'starting' | undefined {
  const owner = parseOwner(content);
  if (owner !== undefined) return owner.host === hostname() && !isRunning(owner) ? undefined : owner;
  // Either way: a file from the future was written before the clock was set back.
  return Math.abs(Date.now() - modifiedAt) < BIRTH_MS ? 'starting' : undefined;
}

/** The facts about the holder of a lock, for a message. */
export function ownerFacts(owner: LockOwner | 'starting'): Readonly<Record<string, string>> {
  if (owner === 'starting') return { by: 'a process that is just starting' };
  return { by: `process ${owner.pid}`, host: owner.host, since: owner.since };
}

/** Whether the owner, of this host, still runs: the same start of the machine, a living process, and no later one. */
function isRunning(owner: LockOwner): boolean {
  const boot = bootId();
  if (boot !== undefined && owner.boot !== undefined && boot !== owner.boot) return false;
  if (!isProcessAlive(owner.pid)) return false;
  const start = processStart(owner.pid);
  return start === undefined || owner.processStart === undefined || start === owner.processStart;
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
