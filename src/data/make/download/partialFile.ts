import { readFile, rm, stat, writeFile } from 'node:fs/promises';

/** The state of a download that is under way; kept beside it as JSON. */
interface PartialState {
  readonly url: string;
  /** Names the version of the file on the server: a strong ETag, else the Last-Modified date. */
  readonly validator?: string;
  readonly total?: number;
  readonly complete: boolean;
}

/** `x.part` and `x.part.json`: the bytes so far, and of which version of which file they are. */
export class PartialFile {
  private readonly statePath: string;

  constructor(readonly path: string) {
    this.statePath = `${path}.json`;
  }

  async size(): Promise<number> {
    return stat(this.path).then(
      (file) => file.size,
      () => 0,
    );
  }

  /** The state when the bytes are of `url` and can be used, else undefined. */
  async read(url: string): Promise<PartialState | undefined> {
    try {
      const state: PartialState = JSON.parse(await readFile(this.statePath, 'utf8'));
      const usable = state.url === url && (state.complete || typeof state.validator === 'string');
      return usable ? state : undefined;
    } catch {
      return undefined;
    }
  }

  async save(state: PartialState): Promise<void> {
    await writeFile(this.statePath, JSON.stringify(state));
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.statePath, { force: true });
  }
}
