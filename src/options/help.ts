import { pythonText } from './pythonText.js';
import { IGNORED_OPTIONS } from './referenceNames.js';
import { defaultOf, type OptionSpec, type OptionTable } from './spec.js';

/** The column at which explanations start. */
const COLUMN = 28;

/** Longer lines are hard to read, whatever the terminal. */
export const WIDEST = 110;

/**
 * The options of a table as `--help` lists them: by group, in the table's order, with values, defaults and choices.
 *
 * @param columns width of the terminal in characters
 */
export function formatOptionHelp(table: OptionTable, columns: number): string {
  const width = Math.max(50, Math.min(columns, WIDEST));
  const groups = new Map<string, string[]>();
  for (const [flag, spec] of Object.entries(table)) {
    const lines = groups.get(spec.group) ?? [];
    groups.set(spec.group, [...lines, entry(`--${flag}${valueName(spec)}`, explanation(spec), width)]);
  }
  return [...groups].map(([group, lines]) => `${group}\n${lines.join('\n')}`).join('\n\n');
}

/** The flags of the reference that are read and passed over, as `--help` lists them. */
export function formatIgnoredHelp(columns: number): string {
  return formatOptionHelp(IGNORED_OPTIONS, columns);
}

/** One line of help, `  --flag VALUE   what it does`, its explanation wrapped beside it or below a long name. */
export function entry(name: string, text: string, columns: number): string {
  const lines = wrap(text, columns - COLUMN);
  const margin = ' '.repeat(COLUMN);
  const head = `  ${name}`;
  if (head.length + 2 > COLUMN) return [head, ...lines.map((line) => margin + line)].join('\n');
  return lines.map((line, i) => (i === 0 ? head.padEnd(COLUMN) : margin) + line).join('\n');
}

/** Breaks a text between words into lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function valueName(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return '';
    case 'string':
      return ` ${spec.metavar ?? 'TEXT'}`;
    case 'size':
      return ' SIZE';
    case 'choice':
      return areInline(spec.choices) ? ` ${spec.choices.join('|')}` : ' NAME';
    default:
      return spec.kind === 'int' ? ' N' : ' X';
  }
}

/** Few and short choices stand where the value does; others are listed behind the explanation. */
function areInline(choices: readonly string[]): boolean {
  return choices.join('|').length <= 14;
}

function explanation(spec: OptionSpec): string {
  const choices =
    spec.kind === 'choice' && !areInline(spec.choices) ? `; one of ${spec.choices.join(', ')}` : '';
  return `${spec.help}${choices}${standing(spec)}`;
}

function standing(spec: OptionSpec): string {
  if (spec.kind === 'string' && spec.required) return ' (required)';
  const value = defaultOf(spec);
  if (value === undefined || value === '' || value === false) return '';
  return ` [${value === true ? 'on; =false undoes it' : pythonText(value)}]`;
}
