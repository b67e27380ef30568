import { type CpuInfo, cpus } from 'node:os';

/** How busy each core of the machine is, from one call to the next. */
export class CpuUse {
  private before: readonly CpuInfo[];

  /** @param read the times that each core has spent in each mode since the machine started */
  constructor(private readonly read: () => readonly CpuInfo[] = cpus) {
    this.before = read();
  }

  /** Percent of the time since the last call in which each core was not idle; whatever process kept it busy. */
  take(): number[] {
    const now = this.read();
    const use = now.map(({ times }, core) => {
      const earlier = this.before[core]?.times ?? { user: 0, nice: 0, sys: 0, irq: 0, idle: 0 };
      const idle = times.idle - earlier.idle;
      const busy = (['user', 'nice', 'sys', 'irq'] as const).reduce(
        (sum, kind) => sum + times[kind] - earlier[kind],
        0,
      );
      return idle + busy > 0 ? (100 * busy) / (idle + busy) : 0;
    });
    this.before = now;
    return use;
  }
}
