import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';

/**
 * Puts a file in place whole: a reader sees the old one or the new one, and a crash or a full disk leaves the old one.
 * Creates the folder where it is missing.
 *
 * @param durable whether to wait until the disk has it, so that a power cut does not lose it either
 * @throws Pix2PixError where the file cannot be written
 */
export function writeFileAtomically(path: string, contents: string | Uint8Array, durable = true): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(temporary, 'w');
    try {
      writeFileSync(descriptor, contents);
      if (durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new Pix2PixError(
      'a file cannot be written',
      { file: path, reason: String(cause) },
      'free some disk space or make the folder writable',
      { cause },
    );
  }
}
