import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { fileError } from '../base/files/systemError.js';

/** No file of options is longer than this; a wrong file (a checkpoint, an image) often is. */
const LARGEST_BYTES = 1 << 20;

/**
 * Reads a file of options: one object whose keys are names of flags, in JSON, or in YAML where the file's name ends so.
 * The values are checked by the table later.
 *
 * ```json
 * { "dataroot": "./datasets/facades", "direction": "BtoA", "batch_size": 4, "no_flip": true, "max_steps": "inf" }
 * ```
 *
 * @throws Pix2PixError when the file cannot be read or is no such object
 */
export function readConfigFile(path: string): ReadonlyMap<string, unknown> {
  const text = readText(path);
  const format = /\.ya?ml$/i.test(path) ? YAML_FORMAT : JSON_FORMAT;
  const { name, fix } = format;
  try {
    const options = format.read(text);
    if (options !== undefined) return options;
  } catch (error) {
    if (!(error instanceof Error) || !FAULTS.includes(error.name)) throw error;
    const because = error.message.split('\n')[0];
    throw new Pix2PixError(`the file of options is no ${name}`, { config: path, because }, fix);
  }
  throw new Pix2PixError(`the file of options holds no ${name} object`, { config: path }, fix);
}

/** By their names: of a text that is not of the format, and of aliases in it that lead nowhere or to too much. */
const FAULTS = ['SyntaxError', 'YAMLParseError', 'ReferenceError'];

interface Format {
  readonly name: string;
  readonly fix: string;
  /** The options; undefined where the text holds something else. Throws where it is not of the format. */
  read(text: string): ReadonlyMap<string, unknown> | undefined;
}

const JSON_FORMAT: Format = {
  name: 'JSON',
  fix: 'write one JSON object, such as {"batch_size": 4, "no_flip": true}',
  read: (text) => {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return new Map(Object.entries(parsed));
  },
};

/** YAML 1.2, in which `no` and `on` are words, not switches. The library refuses aliases that multiply without end. */
const YAML_FORMAT: Format = {
  name: 'YAML',
  fix: 'write a line for each option, such as batch_size: 4',
  read: (text) => {
    const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml'); // few need it, and it is large
    const parsed: unknown = parse(text, { mapAsMap: true, logLevel: 'error' });
    if (!(parsed instanceof Map)) return undefined;
    return new Map([...parsed].map(([key, value]) => [String(key), value]));
  },
};

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
