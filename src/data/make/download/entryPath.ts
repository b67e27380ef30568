import { Pix2PixError } from '../../../base/errors/pix2pixError.js';

const DEEPEST = 16;
const LONGEST = 255;

/**
 * The parts of an archive entry's name, safe to join to a folder on any system: relative, no `..`, no backslash, drive
 * letter, stream or control character. Empty for the root (`./`).
 *
 * @throws Pix2PixError for every other name: such an archive is not what was published
 */
export function entryPath(name: string): readonly string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const unsafe =
    name.startsWith('/') ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\\:\u0000-\u001f\u007f]/.test(name) ||
    parts.includes('..') ||
    parts.length > DEEPEST ||
    parts.some((part) => Buffer.byteLength(part) > LONGEST);
  if (!unsafe) return parts;
  throw refusal('an entry that would be written outside the folder', name);
}

/** Why an archive as a whole is not unpacked. */
export function refusal(what: string, name: string): Pix2PixError {
  return new Pix2PixError(
    `the archive holds ${what}`,
    { entry: JSON.stringify(name.slice(0, 200)) },
    'do not use this archive; check that the address is the one you meant',
  );
}

/** Entries that macOS adds to archives: resource forks and folder settings. */
export function isLitter(parts: readonly string[]): boolean {
  return parts.some((part) => part.startsWith('._') || part === '.DS_Store' || part === '__MACOSX');
}
