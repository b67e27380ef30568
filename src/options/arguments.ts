import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nearestName } from './nearest.js';
import { printable } from './readValue.js';
import { formerName } from './referenceNames.js';
import type { OptionTable } from './spec.js';

/** One option of a command line: which, the text of its value (none for a flag), and how it was written. */
export interface Argument {
  readonly flag: string;
  readonly text: string | undefined;
  readonly written: string;
}

/**
 * Splits a command line by a table of options, as argparse does: `--flag value`, `--flag=value`, unambiguous
 * beginnings of a name (`--n_epochs_d 5`), negative numbers as values, the last of several wins.
 *
 * @param argv the words after the command's name
 * @param lenient leave out what the table does not know, for a first pass that needs only `--model`
 * @throws Pix2PixError for unknown, ambiguous and incomplete options and for words that belong to none
 */
export function readArguments(argv: readonly string[], table: OptionTable, lenient = false): Argument[] {
  const found: Argument[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (!word.startsWith('-') || word === '-') {
      if (lenient) continue;
      throw strayWord(word, found.at(-1), table);
    }
    const equals = word.indexOf('=');
    const written = equals < 0 ? word : word.slice(0, equals);
    const flag = lenient ? knownFlag(written, table) : requireFlag(written, table);
    if (flag === undefined) continue;
    if (equals >= 0) found.push({ flag, text: word.slice(equals + 1), written });
    else if (table[flag].kind === 'flag') found.push({ flag, text: undefined, written });
    else if (i + 1 < argv.length && isValue(argv[i + 1])) found.push({ flag, text: argv[++i], written });
    else if (!lenient) throw missingValue(flag, table, argv[i + 1]);
  }
  return found;
}

/** A number, or several between commas. */
const NUMBERS = /^-(\d+|\d*\.\d+)(e[+-]?\d+)?(,-?[\d.]+(e[+-]?\d+)?)*$/i;

/** A word that starts with a dash is a value only when it is numbers, or holds a space (as in argparse). */
function isValue(word: string): boolean {
  return !word.startsWith('-') || word === '-' || NUMBERS.test(word) || word.includes(' ');
}

function candidates(written: string, table: OptionTable): string[] {
  if (!written.startsWith('--') || written.length < 3) return [];
  const name = written.slice(2);
  if (Object.hasOwn(table, name)) return [name];
  return Object.keys(table).filter((flag) => flag.startsWith(name));
}

function knownFlag(written: string, table: OptionTable): string | undefined {
  const flags = candidates(written, table);
  return flags.length === 1 ? flags[0] : undefined;
}

function requireFlag(written: string, table: OptionTable): string {
  const flags = candidates(written, table);
  if (flags.length === 1) return flags[0];
  if (flags.length === 0) throw unknownOption(written, table);
  throw new Pix2PixError(
    `${written} may be any of ${flags.length} options`,
    { options: flags.map((flag) => `--${flag}`).join(' ') },
    'write more of the name',
  );
}

/** The refusal of a name that is in no table, with the nearest that is. `written` has its dashes, if it had any. */
export function unknownOption(written: string, table: OptionTable, source?: string): Pix2PixError {
  const dashes = written.startsWith('-') ? '--' : '';
  const name = written.replace(/^-+/, '');
  const near = formerName(name, table) ?? nearestName(name, Object.keys(table));
  return new Pix2PixError(
    `unknown option ${printable(written)}${source === undefined ? '' : ` in ${source}`}`,
    near === undefined ? {} : { nearest: `${dashes}${near}  ${table[near].help}` },
    near === undefined ? '--help lists all options' : `did you mean ${dashes}${near}?`,
  );
}

function missingValue(flag: string, table: OptionTable, next: string | undefined): Pix2PixError {
  const facts: Record<string, string> = { option: table[flag].help };
  if (next !== undefined) facts.next = next;
  const fix = next === undefined ? `write --${flag} VALUE` : `write --${flag}=${next} if that is its value`;
  return new Pix2PixError(`--${flag} needs a value`, facts, fix);
}

function strayWord(word: string, before: Argument | undefined, table: OptionTable): Pix2PixError {
  const facts: Record<string, string> = {};
  let fix = 'options start with two dashes; quote a value that holds spaces';
  if (before !== undefined) {
    facts.after = before.text === undefined ? before.written : `${before.written} ${before.text}`;
    if (table[before.flag].kind === 'flag') fix = `${before.written} takes no value: leave "${word}" out`;
  }
  return new Pix2PixError(`"${printable(word)}" belongs to no option`, facts, fix);
}
