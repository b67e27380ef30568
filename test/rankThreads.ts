/**
 * Ranks as threads of this process: what several machines compute together, without MPI. A task is a module whose default
 * export gets the ranks and some data.
 */
import { Worker } from 'node:worker_threads';
import type { Communicator } from '../src/training/parallel/communicator.js';
import { Ranks } from '../src/training/parallel/ranks.js';

/** The default export of a task's module. */
export type RankTask<Data, Result> = (ranks: Ranks, data: Data) => Promise<Result>;

/** The data that a thread is started with. */
export interface RankThreadStart {
  readonly rank: number;
  readonly size: number;
  /** How many have arrived at a barrier, and how many barriers have been passed. */
  readonly barrier: SharedArrayBuffer;
  /** What each rank gives to the others, one after the other. */
  readonly places: SharedArrayBuffer;
  readonly task: string;
  readonly data: unknown;
}

/** Bytes that a rank gives at once. */
const PLACE = 1 << 20;

/** Runs a task in so many threads. @returns what each rank came to; rejects with the first error */
export async function inRanks<Data, Result>(size: number, task: URL, data: Data): Promise<Result[]> {
  const barrier = new SharedArrayBuffer(8);
  const places = new SharedArrayBuffer(size * PLACE);
  const workers: Worker[] = [];
  const results = Array.from({ length: size }, (_, rank) => {
    const workerData: RankThreadStart = { rank, size, barrier, places, task: task.href, data };
    const worker = new Worker(new URL('./rankThread.js', import.meta.url), { workerData });
    workers.push(worker);
    return new Promise<Result>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`rank ${rank} ended with code ${code}`)));
    });
  });
  try {
    return await Promise.all(results);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** The ranks as a thread that was started so sees them. */
export function ranksOf({ rank, size, barrier, places }: RankThreadStart): Ranks {
  const [arrived, passed] = [0, 1];
  const state = new Int32Array(barrier);
  const meet = () => {
    const before = Atomics.load(state, passed);
    if (Atomics.add(state, arrived, 1) === size - 1) {
      Atomics.store(state, arrived, 0);
      Atomics.add(state, passed, 1);
      Atomics.notify(state, passed);
      return;
    }
    // That of the barrier before may wake whoever has been quick to come to this one.
    while (Atomics.load(state, passed) === before) Atomics.wait(state, passed, before);
  };
  const placeOf = (rank: number, length: number) => new Uint8Array(places, rank * PLACE, length);
  const inPieces = (bytes: Uint8Array, exchange: (piece: Uint8Array) => void) => {
    for (let i = 0; i < bytes.length; i += PLACE) {
      const piece = bytes.subarray(i, i + PLACE);
      placeOf(rank, piece.length).set(piece);
      meet();
      exchange(piece);
      meet();
    }
  };
  const communicator: Communicator = {
    rank,
    size,
    sum: ({ buffer, byteOffset, byteLength }) =>
      inPieces(new Uint8Array(buffer, byteOffset, byteLength), (piece) => {
        const sum = new Float32Array(piece.buffer, piece.byteOffset, piece.length / 4).fill(0);
        for (let other = 0; other < size; other++) {
          const floats = new Float32Array(places, other * PLACE, sum.length);
          for (let i = 0; i < sum.length; i++) sum[i] += floats[i];
        }
      }),
    broadcast: (bytes, root) => inPieces(bytes, (piece) => piece.set(placeOf(root, piece.length))),
    close: () => {},
  };
  return new Ranks(communicator);
}
