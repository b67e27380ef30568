import { type ErrorFacts, Pix2PixError } from './pix2pixError.js';

/** An error as plain data, to cross from one thread to another: structured cloning would keep its message alone. */
export interface SentError {
  readonly summary: string;
  /** Present for a Pix2PixError. */
  readonly facts?: ErrorFacts;
  readonly fix?: string;
  readonly stack?: string;
}

/** An error as plain data. The inverse of `receiveError`, except that the cause is left out. */
export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { summary: `a thread threw ${String(error)}` };
  const { stack } = error;
  if (!(error instanceof Pix2PixError)) return { summary: error.message, stack };
  const { summary, facts, fix } = error;
  return { summary, facts, fix, stack };
}

/** The error that another thread met, for its caller to throw. */
export function receiveError({ summary, facts, fix, stack }: SentError): Error {
  const error = facts === undefined ? new Error(summary) : new Pix2PixError(summary, facts, fix);
  if (stack !== undefined) error.stack = stack;
  return error;
}
