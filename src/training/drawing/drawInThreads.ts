import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { elementCount } from '../../engine/ir/tensorType.js';
import {
  type Drawing,
  type DrawnTensor,
  type DrawTensors,
  drawHere,
  type StartingTensor,
} from '../../engine/runtime/startingValues.js';

/** Fewer numbers are drawn sooner than threads start. */
const WORTH_THREADS = 2 ** 22;
/** So many take the time of the two largest tensors of the default networks; each has memory for the largest. */
const MOST_THREADS = 8;

/** What a thread is told to draw, and where to put it. */
export interface DrawRequest {
  readonly tensor: StartingTensor;
  readonly out: Float32Array<SharedArrayBuffer>;
}

/** Draws tensors in threads of their own, from now on. The numbers are the same with any number of threads. */
export const drawInThreads: DrawTensors = (tensors) => {
  const sizes = tensors.map(({ shape }) => elementCount(shape));
  const threads = Math.min(availableParallelism(), MOST_THREADS, tensors.length);
  const isWorth = threads > 1 && sizes.reduce((sum, size) => sum + size, 0) >= WORTH_THREADS;
  return isWorth ? new ThreadedDrawing(tensors, Math.max(...sizes), threads) : drawHere(tensors);
};

/** A thread, the memory that it fills, and the tensor that it draws into that. */
interface DrawingThread {
  readonly worker: Worker;
  readonly memory: SharedArrayBuffer;
  request?: DrawRequest;
}

/** @internal for its test */
export class ThreadedDrawing implements Drawing {
  /** The largest first: so the threads end at about the same time. */
  private readonly waiting: StartingTensor[];
  private readonly threads: readonly DrawingThread[];
  /** Those that have drawn something which nobody has taken yet. */
  private readonly ready: DrawingThread[] = [];
  /** That whose memory the caller has now. */
  private lent: DrawingThread | undefined;
  private left: number;
  private failure: unknown;
  private wake = () => {};

  /** @param largest elements of the largest tensor */
  constructor(tensors: readonly StartingTensor[], largest: number, threads: number) {
    this.waiting = [...tensors].sort((a, b) => elementCount(b.shape) - elementCount(a.shape));
    this.left = tensors.length;
    this.threads = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./drawingWorker.js', import.meta.url), {
        execArgv: [], // flags such as --input-type are for the main script and would be refused
      });
      const thread: DrawingThread = { worker, memory: new SharedArrayBuffer(4 * largest) };
      worker.on('message', () => {
        this.ready.push(thread);
        this.wake();
      });
      worker.on('error', (error) => {
        this.failure = error;
        this.wake();
      });
      this.assign(thread);
      return thread;
    });
  }

  async next(): Promise<DrawnTensor | undefined> {
    if (this.lent !== undefined) this.assign(this.lent);
    this.lent = undefined;
    if (this.left === 0) return undefined;
    while (this.ready.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.left--;
    this.lent = this.ready.shift()!;
    const { tensor, out } = this.lent.request!;
    return { tensor, data: out };
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private assign(thread: DrawingThread): void {
    const tensor = this.waiting.shift();
    if (tensor === undefined) return;
    thread.request = { tensor, out: new Float32Array(thread.memory, 0, elementCount(tensor.shape)) };
    thread.worker.postMessage(thread.request);
  }
}
