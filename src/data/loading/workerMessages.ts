import { type ErrorFacts, Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { SourcePlan } from '../pair/sourcePlan.js';
import type { BatchPlan, ProducedBatch } from './batchProducer.js';

/** What a decoding thread is started with. */
export interface WorkerStart {
  readonly source: SourcePlan;
  readonly plan: BatchPlan;
}

/** To the worker: make a batch, or finish. */
export type WorkerRequest =
  | { readonly kind: 'batch'; readonly id: number; readonly epoch: number; readonly batchIndex: number }
  | { readonly kind: 'close' };

/** From the worker: the answer to request `id`. */
export type WorkerAnswer = { readonly id: number } & (
  | { readonly produced: ProducedBatch }
  | { readonly error: SentError }
);

/** An error as plain data: structured cloning would keep its message alone. */
export interface SentError {
  readonly summary: string;
  /** Present for an error that a person can mend. */
  readonly facts?: ErrorFacts;
  readonly fix?: string;
  readonly stack?: string;
}

/** Inverse of `receiveError`, up to the stack. */
export function sendError(error: unknown): SentError {
  if (error instanceof Pix2PixError) return { summary: error.summary, facts: error.facts, fix: error.fix };
  return error instanceof Error
    ? { summary: error.message, stack: error.stack }
    : { summary: `a thread threw ${String(error)}` };
}

/** The error that a worker met, for its caller to throw. */
export function receiveError({ summary, facts, fix, stack }: SentError): Error {
  if (facts !== undefined) return new Pix2PixError(summary, facts, fix);
  const error = new Error(summary);
  if (stack !== undefined) error.stack = stack;
  return error;
}
