import { workingHere } from '../base/commandLine.js';
import type { CompletedCommand } from './completion/completed.js';

/** One of the program's commands; each has a file of its own, and a line in the list of commands. */
export interface Command {
  /**
   * The text of `pix2pix <name> --help`.
   *
   * @param argv what follows the command's name: it may choose a model, which has options of its own
   * @param columns width of the terminal in characters
   */
  help(argv: readonly string[], columns: number): string;
  /**
   * What shells complete: the command, and those below it.
   *
   * @param summary its line in the list of commands
   */
  completions(summary: string): readonly CompletedCommand[];
  /**
   * Does the work and gives the exit code.
   *
   * @param argv what follows the command's name
   * @throws Pix2PixError for every error that a user can correct
   */
  run(argv: readonly string[]): Promise<number>;
}

/** The width of most terminals. */
const COLUMNS = 80;

/** A command line worth learning from, with `pix2pix` for the program, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/**
 * Examples as `--help` shows them, long lines broken as a shell reads them.
 *
 * @param columns width of the terminal in characters
 */
export function formatExamples(title: string, examples: readonly Example[], columns: number): string {
  const shown = examples.map(
    ({ line, does }) => `  ${does}\n    ${breakLine(workingHere(line), columns - 6)}`,
  );
  return [title, ...shown].join('\n');
}

/** Command lines for `addHelpText`, laid out likewise. */
export function shownExamples(lines: readonly string[]): string {
  return `\nExamples\n${lines.map((line) => `  ${breakLine(workingHere(line), COLUMNS - 6)}`).join('\n')}`;
}

/** Breaks a command line before its options: a backslash at the end of a line means that it goes on. */
function breakLine(line: string, width: number): string {
  const lines: string[] = [];
  for (const part of line.split(/ (?=--)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + part.length <= width)
      lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(part);
  }
  return lines.join(' \\\n      ');
}
