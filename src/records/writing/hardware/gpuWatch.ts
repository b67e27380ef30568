import { readAmdGpus } from './amdGpus.js';
import type { GpuReading } from './gpuReading.js';
import { NvidiaSmi } from './nvidiaSmi.js';

/** A GPU with its number in the record. */
export interface WatchedGpu extends GpuReading {
  /** By the order in which GPUs were found. */
  readonly index: number;
}

/** The key of the training's own buffers. */
const OWN = 'own';

/**
 * The use of the machine's GPUs: NVIDIA's by nvidia-smi, AMD's by the files of Linux. Where neither tells anything, it is the
 * memory that the training itself has in buffers, as `own` is told. It never throws.
 */
export class GpuWatch {
  private readonly gpus = new Map<string, WatchedGpu>();
  private readonly nvidia: NvidiaSmi;
  private ownReading: GpuReading | undefined;

  /**
   * @param onFound is told of each GPU once
   * @param amd reads AMD's GPUs
   */
  constructor(
    seconds: number,
    private readonly onFound: (gpu: WatchedGpu) => void = () => {},
    private readonly amd: typeof readAmdGpus = readAmdGpus,
  ) {
    this.nvidia = new NvidiaSmi(seconds, (index, reading) => this.take(`nvidia ${index}`, reading));
  }

  /** Takes note of the GPU that the training uses, and of its own part of that memory. */
  own(reading: GpuReading): void {
    this.ownReading = reading;
  }

  /** The newest readings; the training's own only as long as nothing else tells of a GPU. */
  readings(): readonly WatchedGpu[] {
    for (const [card, reading] of this.amd()) this.take(`amd ${card}`, reading);
    if (this.gpus.size > 1)
      this.gpus.delete(OWN); // another one has been found since
    else if (this.ownReading !== undefined && (this.gpus.size === 0 || this.gpus.has(OWN))) {
      this.take(OWN, this.ownReading);
    }
    return [...this.gpus.values()];
  }

  stop(): void {
    this.nvidia.stop();
  }

  private take(key: string, reading: GpuReading): void {
    const known = this.gpus.get(key);
    const others = this.gpus.size - (this.gpus.has(OWN) ? 1 : 0);
    const gpu = { ...reading, index: known?.index ?? others };
    this.gpus.set(key, gpu);
    if (known === undefined) this.onFound(gpu);
  }
}
