import { type ErrorFacts, Pix2PixError } from '../../base/errors/pix2pixError.js';
import { currentScope } from './scope.js';

/** A graph that does not type-check: names the op, the place in the network, both sides and the fix. */
export class ShapeError extends Pix2PixError {
  override readonly name = 'ShapeError';

  constructor(summary: string, facts: ErrorFacts = {}, fix?: string) {
    const scope = currentScope();
    super(`ShapeError: ${summary}`, scope === '' ? facts : { at: scope, ...facts }, fix);
  }
}

/** Maps that have become too small for an op: who knows what has made them so can say what to change. */
export class TooSmallError extends ShapeError {}
