import '../../base/noTelemetry.js';
import { Worker } from 'node:worker_threads';
import { receiveError, type SentError } from '../../base/errors/sentError.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { LoadOptions } from '../loadGenerator.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';

/** What the thread is asked to do, in the order in which it does it. */
export type ComputeCall =
  | { readonly kind: 'verify'; readonly source: string; readonly options: ThreadOptions }
  | {
      readonly kind: 'load';
      readonly model: number;
      readonly source: string;
      readonly options: ThreadOptions;
    }
  | { readonly kind: 'translate'; readonly model: number; readonly images: ImageBatch }
  | { readonly kind: 'unload'; readonly model: number };

/** How a model is loaded, as plain data. */
export type ThreadOptions = Omit<LoadOptions, 'onWarning'>;

export interface ComputeRequest {
  readonly id: number;
  readonly call: ComputeCall;
}

export type ComputeAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: SentError }
  | { readonly warning: string };

/** A call that has not been answered. */
interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * The thread that loads generators and translates with them: computing blocks it, while the main thread answers requests.
 * Calls are carried out one after another. A thread that has ended is begun anew by the next call, with no model loaded.
 */
export class ComputeThread {
  private worker: Worker | undefined;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  /**
   * @param onWarning told of what a person should know
   * @param onEnd told when the thread has ended by itself, which is a defect: models are to be loaded again
   */
  constructor(
    private readonly onWarning: (message: string) => void,
    private readonly onEnd: (error: Error) => void,
  ) {}

  /** Reads a model and keeps nothing of it. @throws Pix2PixError where it cannot be read */
  async verify(source: string, options: ThreadOptions): Promise<void> {
    await this.ask({ kind: 'verify', source, options });
  }

  /** @param model the number under which it is known from then on */
  load(model: number, source: string, options: ThreadOptions): Promise<GeneratorInfo> {
    return this.ask({ kind: 'load', model, source, options }) as Promise<GeneratorInfo>;
  }

  /** The images' memory is the thread's from then on. */
  translate(model: number, images: ImageBatch): Promise<ImageBatch> {
    const transferred = [images.data.buffer as ArrayBuffer];
    return this.ask({ kind: 'translate', model, images }, transferred) as Promise<ImageBatch>;
  }

  async unload(model: number): Promise<void> {
    await this.ask({ kind: 'unload', model });
  }

  /** Ends it when all calls are answered; models are to be unloaded before. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private ask(call: ComputeCall, transferred: ArrayBuffer[] = []): Promise<unknown> {
    this.worker ??= this.begin();
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker!.postMessage({ id, call } satisfies ComputeRequest, transferred);
    });
  }

  private begin(): Worker {
    const worker = new Worker(new URL('./computeWorker.js', import.meta.url), {
      workerData: {}, // geotiff's own threads are those with `mod`, and it does not bear a thread without data
      execArgv: [], // flags such as --input-type are for the main script and would be refused
    });
    worker.on('message', (answer: ComputeAnswer) => this.receive(answer));
    worker.on('error', (error) => this.ended(worker, error as Error));
    worker.on('exit', (code) =>
      this.ended(worker, new Error(`the computing thread ended with code ${code}`)),
    );
    return worker;
  }

  private receive(answer: ComputeAnswer): void {
    if ('warning' in answer) {
      this.onWarning(answer.warning);
      return;
    }
    const call = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('failure' in answer) call?.reject(receiveError(answer.failure));
    else call?.resolve(answer.result);
  }

  private ended(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.onEnd(error);
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
