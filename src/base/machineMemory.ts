import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/** Bytes of the machine, or of the container or control group that this process runs in. */
export interface MachineMemory {
  readonly total: number;
  /** What could still be taken without anything being written to disk or ended for it. */
  readonly available: number;
}

/** Where Linux tells of control groups; tests have another one. */
interface GroupFiles {
  /** `/proc/self/cgroup`: lines such as `0::/user.slice` (version 2) or `4:memory:/job` (version 1). */
  readonly ownGroups: string;
  /** `/sys/fs/cgroup`. */
  readonly mount: string;
}

const LINUX: GroupFiles = { ownGroups: '/proc/self/cgroup', mount: '/sys/fs/cgroup' };

/** The files of a group, in the two versions of Linux's interface (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst). */
const VERSIONS = [
  {
    line: /^0::(.*)$/m,
    folder: '',
    ...{ limits: ['memory.max', 'memory.high'], used: 'memory.current', cached: /^inactive_file (\d+)$/m },
  },
  {
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    folder: 'memory',
    limits: ['memory.limit_in_bytes'],
    ...{ used: 'memory.usage_in_bytes', cached: /^total_inactive_file (\d+)$/m },
  },
] as const;

/**
 * The memory of the machine, within the limits of the control groups that this process belongs to. Files that the system
 * keeps in memory only because they were read count as available, in a group too: reading a data set fills it with them.
 */
export function machineMemory(files: GroupFiles = LINUX): MachineMemory {
  const all = [{ total: totalmem(), available: freemem() }, ...groupsMemory(files)];
  return {
    total: Math.min(...all.map(({ total }) => total)),
    available: Math.max(0, Math.min(...all.map(({ available }) => available))),
  };
}

/** Of every group with a limit, from that of the process up to the root: a group is within its parent's limit too. */
function groupsMemory({ ownGroups, mount }: GroupFiles): MachineMemory[] {
  const own = textOf(ownGroups) ?? '';
  return VERSIONS.flatMap(({ line, folder, limits, used, cached }) => {
    const path = line.exec(own)?.[1];
    if (path === undefined) return [];
    const parts = path.split('/').filter((part) => part !== '' && part !== '..');
    return [...parts, ''].flatMap((_, i) => {
      const group = join(mount, folder, ...parts.slice(0, parts.length - i));
      const number = (file: string) => Number(textOf(join(group, file)) ?? Number.NaN); // `max` is none either
      const total = Math.min(...limits.map(number).filter((limit) => limit > 0));
      const usage = number(used);
      if (!(total < totalmem()) || Number.isNaN(usage)) return [];
      const reclaimable = Number(cached.exec(textOf(join(group, 'memory.stat')) ?? '')?.[1] ?? 0);
      return [{ total, available: total - usage + reclaimable }];
    });
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // another system, or a group without this limit
  }
}
