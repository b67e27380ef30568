/** Control characters, and those that change the direction or the line of a text: what a terminal or a log obeys. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text that may quote the name of a file, as one line that is safe to print: control characters are written as
 * JavaScript and JSON write them, `\n` and `\u001b`. Doing it twice changes nothing.
 */
export function plainLine(text: string): string {
  return text.replace(
    CONTROLS,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As `plainLine`, for a text of several lines: its line breaks and tabs stay. JSON stays the same JSON. */
export function plainText(text: string): string {
  return text.replace(CONTROLS, (character) =>
    character === '\n' || character === '\t' ? character : plainLine(character),
  );
}
