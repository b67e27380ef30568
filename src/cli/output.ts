import { plainLine, plainText } from '../base/errors/plainText.js';

/** Prints lines on the standard output. They may quote names of files and runs: control characters are escaped. */
export function print(text: string): void {
  process.stdout.write(`${plainText(text)}\n`);
}

/** As `print`, for a text whose names are plain already and whose control characters are our own colours. */
export function printStyled(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** As `print`, on the error stream: what is not the result. */
export function printError(text: string): void {
  process.stderr.write(`${plainText(text)}\n`);
}

/** A line on the error stream for what a person should know; line breaks in names of files are escaped too. */
export function printNote(text: string): void {
  printError(plainLine(`note: ${text}`));
}
