import { type FileHandle, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventSink, EventWire } from './eventWire.js';
import { openRegular } from './openRegular.js';
import { PurgeFilter, Purges } from './purges.js';
import { recordAt, scanRecords } from './scanRecords.js';
import type { TagTable } from './tagTable.js';

/** A file's place in the log comes before the byte's place in the file: see `Place`. */
const FILE_SPAN = 2 ** 42;
/** More files than these a run does not have; places stay exact below 2⁵³. */
const MAX_FILES = 1024;

/** One event file, and how far it has been read. */
interface LogFile {
  readonly name: string;
  readonly inode: number;
  size: number;
  modified: number;
  /** Bytes that have been read. */
  offset: number;
  isDead: boolean;
  /** Of its events, in milliseconds since 1970. */
  firstWall?: number;
  lastWall?: number;
}

/**
 * All event files of one folder, in the order of their names, as one log. A place in it is one number: the file's index
 * times 2⁴², plus the byte at which the record begins.
 *
 * Where a run goes on from an earlier step, TensorBoard's readers forget what had been written from that step on
 * (SessionLog START). So does this one: such points never reach the sink. When a place to forget turns up after its
 * points have been read, which is rare, the log begins anew.
 */
export class EventLog {
  files: LogFile[] = [];
  readonly purges = new Purges();

  constructor(
    readonly folder: string,
    private readonly onProblem: (problem: string) => void,
  ) {}

  get size(): number {
    return this.files.reduce((sum, { size }) => sum + size, 0);
  }

  get read(): number {
    return this.files.reduce((sum, { offset, size, isDead }) => sum + (isDead ? size : offset), 0);
  }

  /** When a file last grew, in milliseconds since 1970. */
  get modified(): number {
    return this.files.reduce((newest, { modified }) => Math.max(newest, modified), 0);
  }

  /**
   * Checks the sizes of the files.
   * @returns `anew` where what has been read is no longer what is there
   * @throws where the folder cannot be read
   */
  async look(): Promise<'same' | 'grown' | 'anew'> {
    const found = await eventFilesOf(this.folder);
    if (found.length > MAX_FILES)
      this.onProblem(`${found.length} event files: only the first ${MAX_FILES} are read`);
    const now = found.slice(0, MAX_FILES);
    let change: 'same' | 'grown' | 'anew' = now.length > this.files.length ? 'grown' : 'same';
    for (const [i, known] of this.files.entries()) {
      const file = now[i];
      if (file?.name !== known.name || file.inode !== known.inode || file.size < known.offset)
        change = 'anew';
      else if (file.size !== known.size || file.modified !== known.modified) {
        known.size = file.size;
        known.modified = file.modified;
        if (change === 'same') change = 'grown';
      }
    }
    if (change === 'anew') this.files = now;
    else this.files.push(...now.slice(this.files.length));
    if (change === 'anew') this.purges.clear();
    return change;
  }

  /** Forgets what has been read, but not which steps are to be forgotten. */
  rewind(): void {
    for (const file of this.files)
      Object.assign(file, { offset: 0, isDead: false, firstWall: undefined, lastWall: undefined });
  }

  /**
   * Reads on to the end of what `look` saw.
   *
   * @param lastStep the highest step that has reached the sink
   * @param onProgress told after each piece
   * @returns `anew` where some of what the sink has got is to be forgotten: `rewind`, and read again into another
   */
  async readOn(
    tags: TagTable,
    sink: EventSink & { readonly step: number },
    onProgress: () => void = () => {},
  ): Promise<'done' | 'anew'> {
    let isStale = false;
    const filter = new PurgeFilter(sink, this.purges, (step) => {
      if (sink.step >= step) isStale = true;
    });
    for (const [index, file] of this.files.entries()) {
      if (file.isDead || file.offset >= file.size) continue;
      const wire = new EventWire(tags, filter);
      await this.withFile(file, (handle) =>
        scanRecords({
          handle,
          from: file.offset,
          to: file.size,
          onRecord: (bytes, from, to, offset) => wire.event(bytes, from, to, index * FILE_SPAN + offset),
          onProblem: (problem) => this.onProblem(`${file.name}: ${problem}`),
          onProgress: (offset) => {
            file.offset = offset;
            onProgress();
          },
        }).then(({ offset, isDead }) => {
          const [firstWall, lastWall] = [file.firstWall ?? wire.firstWall, wire.lastWall ?? file.lastWall];
          Object.assign(file, { offset, isDead, firstWall, lastWall });
        }),
      );
    }
    return isStale ? 'anew' : 'done';
  }

  /** Reads a part of the log again, with what is to be forgotten left out. */
  async readAgain(
    from: number,
    to: number,
    tags: TagTable,
    sink: EventSink,
    onPiece?: () => Promise<void> | undefined,
  ): Promise<void> {
    const wire = new EventWire(tags, new PurgeFilter(sink, this.purges));
    for (const [index, file] of this.files.entries()) {
      const [start, end] = [index * FILE_SPAN, index * FILE_SPAN + file.offset];
      if (end <= from || start >= to) continue;
      await this.withFile(file, (handle) =>
        scanRecords({
          handle,
          from: Math.max(from, start) - start,
          to: Math.min(file.offset, to - start),
          isChecked: false,
          onProgress: onPiece,
          onRecord: (bytes, a, b, offset) => wire.event(bytes, a, b, start + offset),
        }),
      );
    }
  }

  /** The payload of the record at a place; undefined where none is there any more, or it is longer than `limit`. */
  async payloadAt(place: number, limit: number): Promise<Uint8Array | undefined> {
    const index = Math.floor(place / FILE_SPAN);
    const file = this.files[index];
    if (file === undefined) return undefined;
    let payload: Uint8Array | undefined;
    await this.withFile(file, async (handle) => {
      payload = await recordAt(handle, place - index * FILE_SPAN, limit);
    });
    return payload;
  }

  /** Plain data, to be kept with what has been read; `resume` goes on from it. */
  state() {
    return { files: this.files, purges: this.purges.state() };
  }

  /** @returns false, and does nothing, where the files are no longer those of then, or longer by what has come since */
  resume(state: ReturnType<EventLog['state']>): boolean {
    const isSame = (then: LogFile, i: number) => {
      const now = this.files[i];
      const isUntouched = now?.size !== then.size || now.modified === then.modified;
      return now?.name === then.name && now.inode === then.inode && now.size >= then.offset && isUntouched;
    };
    if (!state.files.every(isSame)) return false;
    for (const [i, { offset, isDead }] of state.files.entries())
      Object.assign(this.files[i], { offset, isDead });
    this.purges.restore(state.purges);
    return true;
  }

  private async withFile(file: LogFile, use: (handle: FileHandle) => Promise<unknown>): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      handle = await openRegular(join(this.folder, file.name));
      await use(handle);
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.onProblem(`${file.name}: cannot be read: ${code}`);
    } finally {
      await handle?.close();
    }
  }
}

/** Regular files alone: a link may lead anywhere. */
async function eventFilesOf(folder: string): Promise<LogFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && isEventFile(entry.name)).map(({ name }) => name);
  const files = await Promise.all(
    names.sort().map(async (name): Promise<LogFile | undefined> => {
      try {
        const { ino, size, mtimeMs } = await lstat(join(folder, name));
        return { name, inode: ino, size, modified: mtimeMs, offset: 0, isDead: false };
      } catch {
        return undefined; // gone since
      }
    }),
  );
  return files.filter((file) => file !== undefined);
}

/** TensorBoard's own test of a name (tensorboard/backend/event_processing/io_wrapper.py). */
export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}
