import type { Collective } from '../../runtime/collective.js';
import { BufferUsage } from './bufferUsage.js';
import type { Gpu, Memory } from './gpu.js';

/** What comes to the host in one buffer. */
interface Group {
  readonly staging: GPUBuffer;
  /** Where it is summed: kept, since new memory of that size costs as much as a copy. */
  readonly host: Uint8Array;
  readonly members: readonly Member[];
}

interface Member {
  readonly from: Memory;
  readonly to: Memory;
  /** In the staging buffer. */
  readonly start: number;
}

/**
 * Floats that are summed over all processes by way of the host: one read-back, the sum, and a write. There is no way from
 * GPU to GPU in WebGPU.
 */
export class Exchange {
  private groups: readonly Group[] | undefined;

  /** @param pairs what this process has, and where the sums go: of the same sizes, in the same order in every process */
  constructor(
    private readonly gpu: Gpu,
    private readonly collective: Collective,
    private readonly pairs: readonly { readonly from: Memory; readonly to: Memory }[],
  ) {}

  /** Copies this process's part to where the host can read it. */
  copy(encoder: GPUCommandEncoder): void {
    this.groups ??= this.allocate();
    for (const { staging, members } of this.groups) {
      for (const { from, start } of members) {
        encoder.copyBufferToBuffer(from.buffer, from.offset, staging, start, from.bytes);
      }
    }
  }

  /** Waits for the submission that `copy` was encoded in, and puts the sums in their places for those to come. */
  async sum(): Promise<void> {
    const groups = this.groups ?? [];
    await Promise.all(
      groups.map(({ staging, host }) => this.gpu.mapped(staging, (bytes) => host.set(new Uint8Array(bytes)))),
    );
    const summed = groups.flatMap(({ host, members }) =>
      members.map(({ start, to }) => ({ to, floats: new Float32Array(host.buffer, start, to.bytes / 4) })),
    );
    this.collective.sum(summed.map(({ floats }) => floats));
    for (const { to, floats } of summed) this.gpu.write(to, floats);
  }

  dispose(): void {
    for (const { staging } of this.groups ?? []) staging.destroy();
    this.groups = undefined;
  }

  /** As few buffers as may be: every one that is read back is waited for. */
  private allocate(): Group[] {
    const most = this.gpu.device.limits.maxBufferSize;
    const groups: { bytes: number; members: Member[] }[] = [];
    for (const pair of this.pairs) {
      let last = groups.at(-1);
      if (last === undefined || last.bytes + pair.from.bytes > most) {
        last = { bytes: 0, members: [] };
        groups.push(last);
      }
      last.members.push({ ...pair, start: last.bytes });
      last.bytes += pair.from.bytes;
    }
    const usage = BufferUsage.COPY_DST | BufferUsage.MAP_READ;
    return groups.map(({ bytes, members }) => {
      const staging = this.gpu.device.createBuffer({ label: 'exchange', size: bytes, usage });
      return { staging, host: new Uint8Array(bytes), members };
    });
  }
}
