import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readAmdGpus } from './amdGpus.js';
import type { GpuReading } from './gpuReading.js';
import { NVIDIA_QUERY, parseReading } from './nvidiaSmi.js';

/** Milliseconds after which nvidia-smi is not waited for. */
const PATIENCE = 5000;

/** The GPUs of which the system tells use and memory, now: NVIDIA's and, on Linux, AMD's. */
export async function readGpus(): Promise<readonly GpuReading[]> {
  return [...(await readNvidiaGpus()), ...readAmdGpus().values()];
}

async function readNvidiaGpus(): Promise<readonly GpuReading[]> {
  try {
    const settings = { timeout: PATIENCE, windowsHide: true };
    const { stdout } = await promisify(execFile)('nvidia-smi', NVIDIA_QUERY, settings);
    return stdout.split(/\r?\n/).flatMap((line) => parseReading(line)?.reading ?? []);
  } catch {
    return []; // there is none, or it fails
  }
}
