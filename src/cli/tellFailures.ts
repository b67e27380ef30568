import type { Pix2PixError } from '../base/errors/pix2pixError.js';
import { printError } from './output.js';

/** So many are told in full. */
const SHOWN = 10;

/**
 * Tells at the end what went wrong with some of many files, while all others were done.
 *
 * @param what was not done: 'images were not cut'
 * @returns the exit code
 */
export function tellFailures(what: string, errors: readonly Pix2PixError[], total: number): number {
  if (errors.length === 0) return 0;
  const shown = errors.slice(0, SHOWN).map(({ message }) => message.replace(/^/gm, '  '));
  const more = errors.length > SHOWN ? [`  and ${errors.length - SHOWN} more`] : [];
  printError([`error: ${errors.length} of ${total} ${what}`, ...shown, ...more].join('\n'));
  return 1;
}
