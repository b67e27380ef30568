import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { MachineRecord } from './runRecord.js';

/** The machine as its system describes it. GPUs are found later: asking for them takes time. */
export function machineRecord(): MachineRecord {
  const processors = cpus();
  return {
    host: hostname(),
    system: `${platform()} ${arch()}, ${release()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    gpus: [],
  };
}
