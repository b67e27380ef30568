import type { SentError } from '../../base/errors/sentError.js';
import type { SourcePlan } from '../pair/sourcePlan.js';
import type { BatchPlan, ProducedBatch } from './batchProducer.js';

/** The data that a decoding thread is started with. */
export interface WorkerStart {
  readonly source: SourcePlan;
  readonly plan: BatchPlan;
}

/** To the worker: make a batch, or finish. */
export type WorkerRequest =
  | {
      readonly kind: 'batch';
      readonly id: number;
      readonly epoch: number;
      readonly batchIndex: number;
      readonly skipped: number;
    }
  | { readonly kind: 'close' };

/** From the worker: the answer to request `id`. */
export type WorkerAnswer = { readonly id: number } & (
  | { readonly produced: ProducedBatch }
  | { readonly error: SentError }
);
