import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Scalars } from '../tracker.js';
import { CpuUse } from './cpuUse.js';
import type { GpuReading } from './gpuReading.js';
import { GpuWatch } from './gpuWatch.js';

/** Seconds between two samples. */
const SECONDS = 5;
const GIGABYTE = 1e9;

/** Settings of a `HardwareMonitor`. */
export interface HardwareSettings {
  /** The folder whose disk's free space is recorded. */
  readonly folder: string;
  onSample(values: Scalars): void;
  /** Is told of each GPU once. */
  onGpu?(gpu: GpuReading): void;
  /** Default 5. */
  readonly seconds?: number;
}

/**
 * Samples the use of the machine every few seconds: `system/cpu_0` and so on in percent, `system/rss_gb` (this
 * process), `system/memory_free_gb`, `system/disk_free_gb`, and for each GPU `system/gpu_0_utilization` in percent and
 * `system/gpu_0_memory_gb` (`GpuWatch`); a gigabyte is 10⁹ bytes. Figures that are not available are left out. It never throws, and
 * does not keep the process alive.
 */
export class HardwareMonitor {
  private readonly cpu = new CpuUse();
  private readonly gpus: GpuWatch;
  private readonly timer: NodeJS.Timeout;
  /** The sample under way: a slow disk answers late, and is not asked again meanwhile. */
  private sampling: Promise<void> | undefined;

  constructor(private readonly settings: HardwareSettings) {
    const { seconds = SECONDS, onGpu } = settings;
    this.gpus = new GpuWatch(seconds, onGpu);
    this.timer = setInterval(() => {
      this.sampling ??= this.sample();
    }, seconds * 1000);
    this.timer.unref();
  }

  /** Takes note of what the training itself has of its GPU's memory. */
  ownGpu(reading: GpuReading): void {
    this.gpus.own(reading);
  }

  /** Takes a last sample, so that a short run has one too. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.gpus.stop();
    await this.sampling;
    await this.sample();
  }

  private async sample(): Promise<void> {
    const values: Record<string, number> = {};
    for (const [core, percent] of this.cpu.take().entries()) values[`system/cpu_${core}`] = percent;
    values['system/rss_gb'] = process.memoryUsage.rss() / GIGABYTE;
    values['system/memory_free_gb'] = freemem() / GIGABYTE;
    for (const { index, utilization, memoryBytes } of this.gpus.readings()) {
      if (utilization !== undefined) values[`system/gpu_${index}_utilization`] = utilization;
      if (memoryBytes !== undefined) values[`system/gpu_${index}_memory_gb`] = memoryBytes / GIGABYTE;
    }
    try {
      const { bavail, bsize } = await statfs(this.settings.folder);
      values['system/disk_free_gb'] = (bavail * bsize) / GIGABYTE;
    } catch {
      // the folder is gone, or its file system does not tell
    }
    this.settings.onSample(values);
    this.sampling = undefined;
  }
}
