import type { PathList } from '../listing/pathList.js';

/** Byte strings, string `i` from `offsets[i]` to `offsets[i + 1]`. */
export interface ByteStrings {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/** The highest byte of ASCII: names of such bytes alone are the same in every form. */
const LAST_ASCII = 0x7f;

/**
 * The names with every accented letter as one character (Unicode's form NFC), in the order of the list. macOS writes
 * some names with the accent as a character of its own (NFD), so that two names that look equal are different bytes.
 *
 * @returns the list itself where nothing changes
 */
export function composedNames(list: PathList): ByteStrings {
  if (list.bytes.every((byte) => byte <= LAST_ASCII)) return list;
  const { length, bytes, offsets } = list;
  const composed: Buffer[] = [];
  const starts = new Uint32Array(length + 1);
  let hasChanged = false;
  for (let i = 0; i < length; i++) {
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + offsets[i], offsets[i + 1] - offsets[i]);
    const text = name.toString();
    const form = text.normalize('NFC');
    composed.push(form === text ? name : Buffer.from(form));
    hasChanged ||= form !== text;
    starts[i + 1] = starts[i] + composed[i].length;
  }
  return hasChanged ? { length, bytes: Buffer.concat(composed), offsets: starts } : list;
}

/** The appearance of a name, for comparison: equal for names that look equal. */
function appearance(name: string): string {
  const stem = name.replace(/\.\w*$/, '');
  return stem
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/**
 * A name for a message, with its characters spelt out (`e\u0301`) where one of the others looks equal.
 *
 * @param others names that are not this one
 */
export function tellApart(name: string, others: Iterable<string>): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the end of ASCII is meant
  const spelt = name.replace(/[^\u0000-\u007f]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  if (spelt === name) return name;
  const look = appearance(name);
  for (const other of others) if (other !== name && appearance(other) === look) return `${name} (${spelt})`;
  return name;
}
