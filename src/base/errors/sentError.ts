import { MachineError } from './machineError.js';
import { type ErrorFacts, Pix2PixError } from './pix2pixError.js';

/** An error as plain data, to cross from one thread to another: structured cloning would keep its message alone. */
export interface SentError {
  readonly summary: string;
  /** Present for a Pix2PixError. */
  readonly facts?: ErrorFacts;
  readonly fix?: string;
  /** Present for a MachineError. */
  readonly mayPass?: boolean;
  readonly stack?: string;
}

/** An error as plain data. The inverse of `receiveError`, except that the cause is left out. */
export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { summary: `a thread threw ${String(error)}` };
  const { stack } = error;
  if (!(error instanceof Pix2PixError)) return { summary: error.message, stack };
  const { summary, facts, fix } = error;
  return { summary, facts, fix, ...(error instanceof MachineError && { mayPass: error.mayPass }), stack };
}

/** The error that another thread met, for its caller to throw. */
export function receiveError(sent: SentError): Error {
  const error = errorOf(sent);
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}

function errorOf({ summary, facts, fix, mayPass }: SentError): Error {
  if (facts === undefined) return new Error(summary);
  return mayPass === undefined
    ? new Pix2PixError(summary, facts, fix)
    : new MachineError(summary, facts, fix!, mayPass);
}
