import { Worker } from 'node:worker_threads';
import { receiveError } from '../../base/errors/sentError.js';
import type { ProducedBatch } from './batchProducer.js';
import type { BatchSupply } from './dataset.js';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './workerMessages.js';

interface Pending {
  readonly resolve: (produced: ProducedBatch) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Batches made by a thread of its own, started with the first request. It keeps the process alive only while a batch
 * is awaited.
 */
export class WorkerSupply implements BatchSupply {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private awaited = false;

  constructor(private readonly start: WorkerStart) {}

  request(epoch: number, batchIndex: number, skipped: number): Promise<ProducedBatch> {
    const worker = this.running();
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      worker.postMessage({ kind: 'batch', id, epoch, batchIndex, skipped } satisfies WorkerRequest);
    });
  }

  setAwaited(awaited: boolean): void {
    this.awaited = awaited;
    if (awaited) this.worker?.ref();
    else this.worker?.unref();
  }

  /** Lets the images under way finish: ending a thread inside libvips is not safe. */
  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
    await ended;
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(new URL('./decodeWorker.js', import.meta.url), {
      workerData: this.start,
      execArgv: [], // flags such as --input-type are for the main script and would be refused
    });
    if (!this.awaited) worker.unref();
    worker.on('message', (answer: WorkerAnswer) => this.receive(answer));
    worker.on('error', (error: Error) => this.failAll(error));
    worker.on('exit', (code) => {
      if (this.worker === worker) this.worker = undefined;
      this.failAll(new Error(`the decoding thread ended with code ${code}`));
    });
    this.worker = worker;
    return worker;
  }

  private receive(answer: WorkerAnswer): void {
    const waiting = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('produced' in answer) waiting?.resolve(answer.produced);
    else waiting?.reject(receiveError(answer.error));
  }

  private failAll(error: Error): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
