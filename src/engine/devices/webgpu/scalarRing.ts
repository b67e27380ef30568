import { BufferUsage } from './bufferUsage.js';
import type { Gpu, Memory } from './gpu.js';

/** The scalar results of one run, on their way to the host. */
export interface RunScalars {
  readonly staging: GPUBuffer;
  /** Since somebody has asked for one of them. */
  values?: Promise<Float32Array>;
}

/**
 * Losses come to the host without a submission of their own, and without anybody waiting for them: each run copies them
 * into the next buffer of a ring, which serves again when they have been read, or nobody wants them.
 */
export class ScalarRing {
  private readonly free: GPUBuffer[] = [];
  private latest: RunScalars | undefined;
  private isDisposed = false;

  /** @param memories of the scalars, by the names of the results */
  constructor(
    private readonly gpu: Gpu,
    private readonly memories: ReadonlyMap<string, Memory>,
  ) {}

  has(name: string): boolean {
    return this.memories.has(name);
  }

  /** Copies a run's scalars at its end. Those of the run before can be asked for no more. */
  copy(encoder: GPUCommandEncoder): RunScalars | undefined {
    if (this.memories.size === 0) return undefined;
    if (this.latest !== undefined && this.latest.values === undefined) this.free.push(this.latest.staging);
    const staging = this.free.pop() ?? this.newBuffer();
    [...this.memories.values()].forEach(({ buffer, offset }, i) => {
      encoder.copyBufferToBuffer(buffer, offset, staging, 4 * i, 4);
    });
    this.latest = { staging };
    return this.latest;
  }

  /** One of a run's scalars. */
  async read(scalars: RunScalars, name: string): Promise<number> {
    scalars.values ??= this.readAll(scalars.staging);
    return (await scalars.values)[[...this.memories.keys()].indexOf(name)];
  }

  dispose(): void {
    this.isDisposed = true;
    for (const buffer of this.free) buffer.destroy();
    if (this.latest !== undefined && this.latest.values === undefined) this.latest.staging.destroy();
  }

  private async readAll(staging: GPUBuffer): Promise<Float32Array> {
    const values = new Float32Array(await this.gpu.readStaging(staging));
    if (this.isDisposed) staging.destroy();
    else this.free.push(staging);
    return values;
  }

  private newBuffer(): GPUBuffer {
    const usage = BufferUsage.COPY_DST | BufferUsage.MAP_READ;
    return this.gpu.device.createBuffer({ label: 'scalars', size: 4 * this.memories.size, usage });
  }
}
