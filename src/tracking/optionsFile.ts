import { join } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { camelCase, type OptionSpec, type OptionTable } from '../options/spec.js';
import { writeFileAtomically } from './atomicFile.js';

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
      const value = pythonText(values[camelCase(flag)], spec);
      const byDefault = pythonText(defaultOf(spec), spec);
      const comment = value === byDefault ? '' : `\t[default: ${byDefault}]`;
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
  writeFileAtomically(join(directory, `${phase}_opt.txt`), block);
  return block;
}

function defaultOf(spec: OptionSpec): unknown {
  return spec.kind === 'flag' ? false : spec.default;
}

function pythonText(value: unknown, spec: OptionSpec): string {
  if (value === undefined || value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number')
    return spec.kind === 'float' ? pythonFloat(value) : String(value).replace('Infinity', 'inf');
  return String(value).replace(/\s+/g, ' '); // a line break would forge another option
}

/** Python's repr of a float: `100.0`, `0.0002`, `1e-05`, `inf`. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return Number.isInteger(value) ? `${value}.0` : String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
