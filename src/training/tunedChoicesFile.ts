import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { cacheFolder } from '../base/files/cacheFolder.js';
import type { TunedChoicesStore } from '../engine/runtime/tunedChoices.js';

type Choices = Readonly<Record<string, unknown>>;

/** Tuned choices in a file that all processes of this machine share: by default algorithms.json in the cache folder. */
export class TunedChoicesFile implements TunedChoicesStore {
  constructor(private readonly file = join(cacheFolder(), 'algorithms.json')) {}

  async read(fingerprint: string): Promise<Choices> {
    const kept = this.contents()[fingerprint];
    return isRecord(kept) ? kept : {};
  }

  async add(fingerprint: string, choices: Choices): Promise<boolean> {
    const contents = this.contents();
    const kept = contents[fingerprint];
    const merged = { ...contents, [fingerprint]: { ...(isRecord(kept) && kept), ...choices } };
    try {
      writeFileAtomic(this.file, `${JSON.stringify(merged, null, 1)}\n`, { durable: false });
      return true;
    } catch {
      return false;
    }
  }

  /** Choices by device; none where the file is missing or of another kind. */
  private contents(): Choices {
    try {
      const contents: unknown = JSON.parse(readFileSync(this.file, 'utf8'));
      return isRecord(contents) ? contents : {};
    } catch {
      return {};
    }
  }
}

function isRecord(json: unknown): json is Choices {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
