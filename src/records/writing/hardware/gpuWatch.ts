import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The use of one GPU at one time. */
export interface GpuReading {
  readonly index: number;
  readonly name: string;
  /** Percent of the time in which it computes. */
  readonly utilization?: number;
  /** Of all processes. */
  readonly memoryBytes?: number;
}

const FIELDS = 'index,utilization.gpu,memory.used,name';
const MEBIBYTE = 2 ** 20;

/**
 * NVIDIA GPUs as nvidia-smi sees them: it is started once, reports every few seconds, and is ended by `stop`. Where
 * there is none, there are no readings. It does not keep the process alive, and ends by itself when that is gone.
 */
export class GpuWatch {
  private readonly gpus = new Map<number, GpuReading>();
  private readonly child: ChildProcess | undefined;

  /** @param onFound is told of each GPU once */
  constructor(seconds: number, onFound: (gpu: GpuReading) => void = () => {}) {
    const argv = [`--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits', `--loop=${seconds}`];
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
      const gpu = parseReading(line);
      if (gpu === undefined) return;
      if (!this.gpus.has(gpu.index)) onFound(gpu);
      this.gpus.set(gpu.index, gpu);
    });
  }

  /** The newest reading of each GPU. */
  get readings(): readonly GpuReading[] {
    return [...this.gpus.values()];
  }

  stop(): void {
    this.child?.kill();
  }
}

/**
 * A line such as `0, 37, 10240, NVIDIA H100 80GB HBM3`; where a GPU does not tell a figure, it says `[N/A]`. Undefined
 * for any other line.
 */
export function parseReading(line: string): GpuReading | undefined {
  const [index, utilization, mebibytes, ...name] = line.split(', ');
  if (!/^\d{1,4}$/.test(index) || name.length === 0) return undefined;
  const figure = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
  const used = figure(mebibytes);
  return {
    index: Number(index),
    name: name.join(', '),
    utilization: figure(utilization),
    memoryBytes: used === undefined ? undefined : used * MEBIBYTE,
  };
}
