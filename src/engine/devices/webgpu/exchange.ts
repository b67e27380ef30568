import type { Collective } from '../../runtime/collective.js';
import type { Gpu, Memory } from './gpu.js';

/** What comes to the host in one buffer. */
interface Group {
  readonly staging: GPUBuffer;
  /** Where it is summed: kept, since new memory of that size costs as much as a copy. */
  readonly host: Uint8Array;
  readonly members: readonly Member[];
}

interface Member {
  readonly bytes: number;
  /** In the staging buffer. */
  readonly start: number;
}

/**
 * Sums floats over all processes by way of the host: one read-back, the sum, and a write. There is no way from GPU to GPU in
 * WebGPU.
 */
export class Exchange {
  private constructor(
    private readonly gpu: Gpu,
    private readonly collective: Collective,
    private readonly groups: readonly Group[],
  ) {}

  /**
   * @param sizes of the memories that are summed together, in bytes, in the same order in every process
   * @throws Pix2PixError when there is not enough memory
   */
  static async allocate(gpu: Gpu, collective: Collective, sizes: readonly number[]): Promise<Exchange> {
    const groups: Group[] = [];
    for (const members of grouped(sizes, gpu.device.limits.maxBufferSize)) {
      const bytes = members.reduce((sum, member) => sum + member.bytes, 0);
      const staging = await gpu.allocateReadable(bytes, 'sums over processes');
      groups.push({ staging, host: new Uint8Array(bytes), members });
    }
    return new Exchange(gpu, collective, groups);
  }

  /** Copies this process's part to where the host can read it. @param from memories of the sizes given */
  copy(encoder: GPUCommandEncoder, from: readonly Memory[]): void {
    let next = 0;
    for (const { staging, members } of this.groups) {
      for (const { start, bytes } of members) {
        const { buffer, offset } = from[next++];
        encoder.copyBufferToBuffer(buffer, offset, staging, start, bytes);
      }
    }
  }

  /** Waits for the submission that `copy` was encoded in, and puts the sums where those to come find them. */
  async sum(to: readonly Memory[]): Promise<void> {
    const { groups, gpu } = this;
    await Promise.all(
      groups.map(({ staging, host }) => gpu.mapped(staging, (bytes) => host.set(new Uint8Array(bytes)))),
    );
    const summed = groups.flatMap(({ host, members }) =>
      members.map(({ start, bytes }) => new Float32Array(host.buffer, start, bytes / 4)),
    );
    this.collective.sum(summed);
    for (const [i, floats] of summed.entries()) gpu.write(to[i], floats);
  }

  dispose(): void {
    for (const { staging } of this.groups) this.gpu.free(staging);
  }
}

/** Side by side in as few buffers as may be: every one that is read back is waited for. */
function grouped(sizes: readonly number[], maxBytes: number): Member[][] {
  const groups: Member[][] = [];
  for (const bytes of sizes) {
    const last = groups.at(-1)?.at(-1);
    const end = last === undefined ? 0 : last.start + last.bytes;
    if (last === undefined || end + bytes > maxBytes) groups.push([{ bytes, start: 0 }]);
    else groups.at(-1)!.push({ bytes, start: end });
  }
  return groups;
}
