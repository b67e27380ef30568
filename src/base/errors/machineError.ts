import { type ErrorFacts, Pix2PixError } from './pix2pixError.js';

/**
 * What the machine lacks or refuses: memory, space on a disk, permission, a GPU that is lost. Nobody has asked for anything
 * wrong, so a server that meets it does not answer as it does to a faulty request.
 */
export class MachineError extends Pix2PixError {
  /** @param mayPass whether it may be there again a moment later, when others have given it back */
  constructor(
    summary: string,
    facts: ErrorFacts,
    fix: string,
    readonly mayPass: boolean,
    options?: ErrorOptions,
  ) {
    super(summary, facts, fix, options);
  }
}
