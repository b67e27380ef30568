import { Pix2PixError } from '../errors/pix2pixError.js';
import { systemErrorInWords } from '../files/systemError.js';
import { Refused } from './refused.js';

/**
 * What a server answers when a request has failed: its own refusals as they are; what the request asked in vain, with 400;
 * what the machine lacks, and defects of ours, with 500.
 */
export function refusalOf(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof Pix2PixError) return new Refused(400, error.summary, error.fix);
  const told = systemErrorInWords(error);
  if (told instanceof Pix2PixError) return new Refused(500, told.summary, told.fix);
  return new Refused(500, `a defect of pix2pix-ts: ${(error as Error).message}`, 'report it');
}
