import { MachineError } from '../errors/machineError.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { systemErrorInWords } from '../files/systemError.js';
import { Refused } from './refused.js';

/** Seconds after which one may ask again for what the machine lacked. */
const RETRY = 10;

/**
 * What a server answers when a request has failed: its own refusals as they are; what the request asked in vain, with 400;
 * what the machine lacks, with 503 where it may be there again soon, else 500; defects of ours, with 500. Paths of the machine
 * are in the details alone, which are not for whoever has asked.
 */
export function refusalOf(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const told = systemErrorInWords(error);
  if (told instanceof MachineError) {
    const { summary, fix, mayPass } = told;
    const details = Object.entries(told.facts)
      .map((fact) => fact.join(' '))
      .join(', ');
    return mayPass
      ? new Refused(503, summary, `ask again in ${RETRY} s, or for less`, RETRY, details)
      : new Refused(500, summary, fix, undefined, details);
  }
  if (told instanceof Pix2PixError) return new Refused(400, told.summary, told.fix);
  return new Refused(500, 'a defect of pix2pix-ts', 'report it', undefined, (error as Error).message);
}
