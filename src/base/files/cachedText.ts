import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './atomicFile.js';
import { cacheFolder } from './cacheFolder.js';

/**
 * A text in the cache folder, for results that can be made again: `read` gives undefined where it is missing or
 * unreadable, and `write`, which replaces it as a whole, gives false where it cannot be kept.
 *
 * @param name of the file
 */
export function cachedText(name: string): { read(): string | undefined; write(text: string): boolean } {
  const file = join(cacheFolder(), name);
  return {
    read() {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    },
    write(text) {
      try {
        writeFileAtomically(file, text, false);
        return true;
      } catch {
        return false;
      }
    },
  };
}
