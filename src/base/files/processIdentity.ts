import { readFileSync } from 'node:fs';

/**
 * Whether a process of this id runs on this machine; one of another user counts, a zombie (ended, not yet reaped) does
 * not.
 */
export function isProcessAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // EPERM: it lives, as another user
  }
  return statFields(pid)?.[0] !== 'Z';
}

/**
 * When a process started, in clock ticks since the machine did (field 22 of /proc/<pid>/stat, proc(5)): with it a
 * process id that was given out again is told from the old owner's. Undefined where there is no /proc.
 */
export function processStart(pid: number): string | undefined {
  return statFields(pid)?.[22 - 3];
}

/** Fields 3 (state) and on of /proc/<pid>/stat. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the command, may hold spaces and brackets: count from its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Changes with every start of the machine. Undefined outside Linux. */
export function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return undefined;
  }
}
