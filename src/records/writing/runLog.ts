import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plainText } from '../../base/errors/plainText.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';

/** The file in a run's folder that holds all that its training has said. */
export const RUN_LOG_FILE = 'log.txt';
/** The earlier part of the log, once it has become long. */
const EARLIER_FILE = 'log.1.txt';
const MAX_BYTES = 8e6;

/** `log.txt` in the run's folder: each line with its time, UTC. It is begun anew at 8 MB; one earlier part is kept. */
export class RunLog {
  private readonly path: string;

  constructor(
    private readonly folder: string,
    private readonly maxBytes = MAX_BYTES,
  ) {
    this.path = join(folder, RUN_LOG_FILE);
  }

  /**
   * Adds a text; where it has several lines, each gets the time. The file is opened for each, so that one that was
   * moved away begins again.
   *
   * @throws Pix2PixError where it cannot be written
   */
  write(text: string, at = new Date()): void {
    const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
    const lines = plainText(text)
      .split('\n')
      .map((line) => `${time} ${line.trimEnd()}\n`);
    try {
      makeFolder(dirname(this.path));
      if (this.size() > this.maxBytes) renameSync(this.path, join(this.folder, EARLIER_FILE));
      appendFileSync(this.path, lines.join(''));
    } catch (error) {
      throw fileError(error, 'the log cannot be written', this.path);
    }
  }

  private size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }
}
