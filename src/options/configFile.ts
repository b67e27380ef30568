import { readFileSync, statSync } from 'node:fs';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { fileError } from '../base/files/systemError.js';

/** No file of options is longer than this; a wrong file (a checkpoint, an image) often is. */
const LARGEST_BYTES = 1 << 20;

/**
 * Reads a file of options: one JSON object whose keys are names of flags. The values are checked by the table later.
 *
 * ```json
 * { "dataroot": "./datasets/facades", "direction": "BtoA", "batch_size": 4, "no_flip": true, "max_steps": "inf" }
 * ```
 *
 * @throws Pix2PixError when the file cannot be read or is no such object
 */
export function readConfigFile(path: string): ReadonlyMap<string, unknown> {
  const facts = { config: path };
  const fix = 'write one JSON object, such as {"batch_size": 4, "no_flip": true}';
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Pix2PixError('the file of options is no JSON', { ...facts, because: error.message }, fix);
    }
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Pix2PixError('the file of options holds no JSON object', facts, fix);
  }
  return new Map(Object.entries(parsed));
}

function readText(path: string): string {
  try {
    const bytes = statSync(path).size;
    if (bytes > LARGEST_BYTES) {
      throw new Pix2PixError('the file of options is too long to be one', {
        config: path,
        bytes,
        limit: LARGEST_BYTES,
      });
    }
    return readFileSync(path, 'utf8').replace(/^\ufeff/, ''); // a byte order mark, as Windows editors write it
  } catch (error) {
    throw fileError(error, 'cannot read the file of options', path);
  }
}
