import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { parseTemporaryName } from './parseTemporaryName.js';

/** Bytes of the target's name in a temporary one: with all that is added it stays within the 255 of a file name. */
const MAX_TARGET_BYTES = 200;

/** Different in each thread, since each thread loads its own copy of this module. */
const token = randomBytes(4).toString('hex');
let made = 0;

/**
 * A new name beside the target, hidden, that no other process or thread makes and that tells which process is writing:
 * `.latest.json.4711-9f3a01bc-1.tmp`.
 */
export function temporaryName(target: string): string {
  return `.${shortened(basename(target))}.${process.pid}-${token}-${++made}.tmp`;
}

/** The path that is to be written, for one of a temporary file: what a message names. Any other path is itself. */
export function finalPath(path: string): string {
  const temporary = parseTemporaryName(basename(path));
  return temporary === undefined ? path : finalPath(join(dirname(path), temporary.target));
}

function shortened(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.byteLength <= MAX_TARGET_BYTES) return name;
  // Not within a character: what is left of one would not be UTF-8.
  return bytes.toString('utf8', 0, MAX_TARGET_BYTES).replace(/\ufffd+$/, '');
}
