import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { GpuReading } from './gpuReading.js';

/** The arguments with which nvidia-smi writes lines for `parseReading`. */
export const NVIDIA_QUERY = [
  '--query-gpu=index,utilization.gpu,memory.used,memory.total,name',
  '--format=csv,noheader,nounits',
];
const MEBIBYTE = 2 ** 20;

/**
 * NVIDIA GPUs as nvidia-smi sees them: it is started once, reports every few seconds, and is ended by `stop`. Where
 * there is none, there are no readings. It does not keep the process alive, and ends by itself when that is gone.
 */
export class NvidiaSmi {
  private readonly child: ChildProcess | undefined;

  /** @param onReading is told of each GPU's use as it comes, with the GPU's own index */
  constructor(seconds: number, onReading: (index: number, reading: GpuReading) => void) {
    const argv = [...NVIDIA_QUERY, `--loop=${seconds}`];
    try {
      this.child = spawn('nvidia-smi', argv, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    } catch {
      return; // for instance, no more processes may be started
    }
    this.child.on('error', () => {}); // there is no nvidia-smi
    this.child.unref();
    const stdout = this.child.stdout as NodeJS.ReadableStream & { unref?(): void };
    stdout.unref?.();
    createInterface({ input: stdout }).on('line', (line) => {
      const read = parseReading(line);
      if (read !== undefined) onReading(read.index, read.reading);
    });
  }

  stop(): void {
    // Where it did not start, Node would send the signal to this process and all of its group.
    if (this.child?.pid !== undefined) this.child.kill();
  }
}

/**
 * A line such as `0, 37, 10240, 81559, NVIDIA H100 80GB HBM3`; where a GPU does not tell a figure, it says `[N/A]`.
 * Undefined for any other line.
 */
export function parseReading(line: string): { index: number; reading: GpuReading } | undefined {
  const [index, utilization, used, total, ...name] = line.split(', ');
  if (!/^\d{1,4}$/.test(index) || name.length === 0) return undefined;
  const figure = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
  const bytes = (text: string) => {
    const mebibytes = figure(text);
    return mebibytes === undefined ? undefined : mebibytes * MEBIBYTE;
  };
  const reading = {
    name: name.join(', '),
    utilization: figure(utilization),
    memoryBytes: bytes(used),
    totalBytes: bytes(total),
  };
  return { index: Number(index), reading };
}
