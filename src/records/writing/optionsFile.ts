import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { plainLine } from '../../base/errors/plainText.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { pythonText } from '../../options/pythonText.js';
import { isSecret } from '../../options/secrets.js';
import {
  camelCase,
  defaultOf,
  type OptionScalar,
  type OptionSpec,
  type OptionTable,
} from '../../options/spec.js';

/**
 * The reference's block of options (options/base_options.py, print_options): one line an option in the order of
 * their names, values as Python prints them, and the default where it differs.
 *
 * @param table the options of the command, with the defaults that the model and the data set set
 * @param values the parsed options, by their names in code (`opt.nEpochs`)
 */
export function formatOptions(table: OptionTable, values: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(table)
    .sort(([a], [b]) => (a < b ? -1 : 1)) // by character code, as Python sorts
    .map(([flag, spec]) => {
      const isKept = !isSecret(flag, table);
      const value = isKept ? printed(values[camelCase(flag)], spec) : 'not kept';
      const byDefault = printed(defaultOf(spec), spec);
      const comment = value === byDefault || !isKept ? '' : `\t[default: ${byDefault}]`;
      return `${flag.padStart(25)}: ${value.padEnd(30)}${comment}\n`;
    });
  return `----------------- Options ---------------\n${lines.join('')}----------------- End -------------------\n`;
}

/**
 * Writes the block to `<phase>_opt.txt` in the run's folder (`train_opt.txt`, `test_opt.txt`) and returns it.
 *
 * @throws Pix2PixError where the phase is no part of a file name, or the file cannot be written
 */
export function writeOptionsFile(
  directory: string,
  phase: string,
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): string {
  if (!/^[\w.-]+$/.test(phase)) {
    throw new Pix2PixError(
      'phase cannot be part of a file name',
      { phase },
      'name it with letters, digits, . _ and -',
    );
  }
  const block = formatOptions(table, values);
  writeFileAtomic(join(directory, `${phase}_opt.txt`), block);
  return block;
}

/** A value on one line: a line break in it would forge another option. */
function printed(value: unknown, spec: OptionSpec): string {
  return plainLine(pythonText(value as OptionScalar, spec.kind).replace(/\s+/g, ' '));
}
