import { type ErrorFacts, Pix2PixError } from '../../base/errors/pix2pixError.js';
import { currentScope } from '../ir/scope.js';

/** A loop or a program of loops that is malformed: names the op, the place in the network, both sides and the fix. */
export class LoopError extends Pix2PixError {
  override readonly name = 'LoopError';

  constructor(summary: string, facts: ErrorFacts = {}, fix?: string, options?: ErrorOptions) {
    const scope = currentScope();
    super(`LoopError: ${summary}`, scope === '' ? facts : { at: scope, ...facts }, fix, options);
  }
}
