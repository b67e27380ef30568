import { Pix2PixError } from '../base/errors/pix2pixError.js';

/**
 * Why a file of weights is not read. Thrown deep inside, without the file's name, which `inFile` adds.
 *
 * @param problem what is wrong with it
 * @param facts both sides of a disagreement
 */
export class Refusal extends Error {
  constructor(
    problem: string,
    readonly facts: Readonly<Record<string, string | number>> = {},
    readonly fix = 'take the file again from where it came from: it is damaged, hostile or of another format',
  ) {
    super(problem);
  }
}

/** Does `work` and turns a refusal in it into a Pix2PixError that names the file. */
export function inFile<T>(path: string, format: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const facts = { file: path, ...error.facts };
    throw new Pix2PixError(`not a valid ${format}: ${error.message}`, facts, error.fix, { cause: error });
  }
}

/** Something from a file, fit for a message: no control characters, no endless line. */
export function printable(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? 'nothing');
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
