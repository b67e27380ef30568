import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { NodeTime, Profile } from '../../runtime/profile.js';
import { BufferUsage } from './bufferUsage.js';
import { type Dispatch, encodeDispatches } from './dispatches.js';
import type { Gpu } from './gpu.js';

/** What a set of queries may hold. */
const MAX_QUERIES = 4096;

/** The times of one run, while it is encoded. */
export interface RunTiming {
  kernel(encoder: GPUCommandEncoder, name: string, dispatch: Dispatch): void;
  update(encoder: GPUCommandEncoder, name: string, dispatches: readonly Dispatch[]): void;
  end(encoder: GPUCommandEncoder): void;
  /** Records the run's times when it is done: the next is submitted before that, since a GPU that waits is slow. */
  read(): void;
}

/** Times every kernel of a program by timestamps at the beginning and the end of a pass of its own. */
export class KernelTimes {
  private readonly nodes: { name: string; operator: string; milliseconds: number[] }[] = [];
  private readonly updates = new Map<string, number[]>();
  private readonly reading: Promise<void>[] = [];

  /** Throws Pix2PixError when the adapter has no timestamps. */
  constructor(private readonly gpu: Gpu) {
    if (gpu.device.features.has('timestamp-query')) return;
    throw new Pix2PixError(
      'this GPU does not tell how long its kernels take',
      { adapter: gpu.name },
      'profile with --device cpu',
    );
  }

  /** @param passes that the run will have */
  begin(passes: number): RunTiming {
    const { device } = this.gpu;
    const counts = Array.from({ length: Math.ceil((2 * passes) / MAX_QUERIES) }, (_, i) =>
      Math.min(MAX_QUERIES, 2 * passes - i * MAX_QUERIES),
    );
    const sets = counts.map((count) => device.createQuerySet({ type: 'timestamp', count }));
    const usage = BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC;
    const size = Math.max(1, sets.length) * MAX_QUERIES * 8;
    const resolved = device.createBuffer({ size, usage });
    const records: ((milliseconds: number) => void)[] = [];
    let kernels = 0;
    const pass = (
      encoder: GPUCommandEncoder,
      dispatches: readonly Dispatch[],
      record: (ms: number) => void,
    ) => {
      const first = 2 * records.length;
      records.push(record);
      encodeDispatches(encoder, dispatches, {
        querySet: sets[Math.floor(first / MAX_QUERIES)],
        beginningOfPassWriteIndex: first % MAX_QUERIES,
        endOfPassWriteIndex: (first % MAX_QUERIES) + 1,
      });
    };
    return {
      kernel: (encoder, name, dispatch) => {
        const node = this.nodes[kernels] ?? {
          name,
          operator: name.slice(name.lastIndexOf('/') + 1),
          milliseconds: [],
        };
        this.nodes[kernels++] = node;
        pass(encoder, [dispatch], (milliseconds) => node.milliseconds.push(milliseconds));
      },
      update: (encoder, name, dispatches) => {
        const times = this.updates.get(name) ?? [];
        this.updates.set(name, times);
        pass(encoder, dispatches, (milliseconds) => times.push(milliseconds));
      },
      end: (encoder) => {
        for (const [i, set] of sets.entries()) {
          encoder.resolveQuerySet(set, 0, counts[i], resolved, i * MAX_QUERIES * 8);
        }
      },
      read: () => {
        const read = async () => {
          const times = new BigUint64Array(await this.gpu.read({ buffer: resolved, offset: 0, bytes: size }));
          for (const [i, record] of records.entries()) record(Number(times[2 * i + 1] - times[2 * i]) / 1e6);
          resolved.destroy();
          for (const set of sets) set.destroy();
        };
        const reading = read();
        reading.catch(() => {}); // the failure is thrown by `profile`
        this.reading.push(reading);
      },
    };
  }

  /** The times of all runs, once those are done. Rejects when the GPU has failed. */
  async profile(): Promise<Profile> {
    await Promise.all(this.reading);
    return { nodes: this.nodes satisfies NodeTime[], updates: this.updates };
  }
}
