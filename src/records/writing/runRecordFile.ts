import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { type FileSystem, nodeFileSystem } from '../../base/files/fileSystem.js';
import { fileError, isUnreadable, systemCode } from '../../base/files/systemError.js';
import { type DatasetRecord, RUN_RECORD_FILE, type RunRecord, type RunSession } from './runRecord.js';

/**
 * The content of `run.json`, checked as far as is needed to add a session to it.
 *
 * @throws Pix2PixError where it is no record of a run, or one of a later version
 */
export function parseRunRecord(text: string): RunRecord {
  let record: Partial<RunRecord> | null;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw new Pix2PixError(`${RUN_RECORD_FILE} is no JSON`, {}, 'move it away', { cause });
  }
  const isRecord =
    record?.format === 1 &&
    Array.isArray(record.sessions) &&
    record.sessions.every((session) => typeof session?.id === 'string');
  if (!isRecord) throw new Pix2PixError(`${RUN_RECORD_FILE} is no record of a run`, {}, 'move it away');
  return record as RunRecord;
}

/** The part of `run.json` that one session writes: its own entry, behind those of the sessions before it. */
export class RunRecordFile {
  private readonly path: string;
  private readonly earlier: readonly RunSession[];

  /**
   * Reads the existing file and writes nothing yet. A file that cannot be added to is kept as `run.json.damaged`.
   *
   * @param warn is told where that was so
   * @throws Pix2PixError where it may not be read, which is no damage, or not be moved
   */
  constructor(
    folder: string,
    private session: RunSession,
    warn: (text: string) => void,
    fs: FileSystem = nodeFileSystem,
  ) {
    this.path = join(folder, RUN_RECORD_FILE);
    this.earlier = sessionsOf(this.path, warn, fs);
  }

  /** The data set of the newest earlier session that came as far as to open it. */
  get earlierDataset(): DatasetRecord | undefined {
    return this.earlier.findLast(({ dataset }) => dataset !== undefined)?.dataset;
  }

  /**
   * Writes the session with what has become known of it.
   *
   * @throws Pix2PixError where the file cannot be written; the next update tries again, with all that is known
   */
  update(facts: Partial<RunSession> = {}): void {
    this.session = { ...this.session, ...facts };
    this.write([...this.earlier, this.session]);
  }

  /**
   * Takes the session out of the record, as one that has come to nothing.
   *
   * @throws Pix2PixError where the file cannot be written, or not be removed
   */
  withdraw(): void {
    try {
      if (this.earlier.length > 0) this.write(this.earlier);
      else rmSync(this.path, { force: true });
    } catch (error) {
      throw fileError(error, `${RUN_RECORD_FILE} cannot be put back`, this.path);
    }
  }

  private write(sessions: readonly RunSession[]): void {
    const record: RunRecord = { format: 1, sessions };
    writeFileAtomic(this.path, `${JSON.stringify(record, null, 2)}\n`);
  }
}

function sessionsOf(path: string, warn: (text: string) => void, fs: FileSystem): readonly RunSession[] {
  try {
    const text = textOf(path, fs);
    return text === undefined ? [] : parseRunRecord(text).sessions;
  } catch (error) {
    if (!(error instanceof Pix2PixError) || isUnreadable(error)) throw error;
    const kept = freeName(`${path}.damaged`);
    try {
      fs.renameSync(path, kept);
    } catch (cause) {
      throw fileError(cause, `${error.summary}, and cannot be moved away`, path);
    }
    warn(`${error.summary}: it is kept as ${kept}, and the record of the run begins anew`);
    return [];
  }
}

function textOf(path: string, fs: FileSystem): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, `${RUN_RECORD_FILE} cannot be read`, path);
  }
}

/** A name that is not taken, so that a file that was set aside earlier is kept too. */
function freeName(path: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : `${path}.${n}`;
    if (!existsSync(name)) return name;
  }
}
