import { type FileHandle, open } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { type Event, EventSchema } from './tensorboard_pb.js';
import { decodeRecord } from './tfrecord.js';

const CHUNK = 1 << 16;
/** No event of ours is nearly as long; a greater length is damage, and no memory is allocated for it. */
const MAX_RECORD = 1 << 28;
/** More zeros than a writer ever had in flight are damage. */
const MAX_TORN = 1 << 26;

export interface ReadEventsOptions {
  /** Called with each damaged record that the reader steps over. Without it, damage throws. */
  readonly onCorrupt?: (error: Pix2PixError) => void;
}

/** An event, and where its file goes on after it. */
export interface PlacedEvent {
  readonly event: Event;
  /** The byte after the event's record. */
  readonly end: number;
}

/**
 * The events of a TensorBoard event file, in order, from any writer. A file being written, or cut off by a crash, ends
 * at its last whole record.
 *
 * @throws Pix2PixError at a record whose checksum does not fit, unless `onCorrupt` takes it; reading then goes on after
 * the record, or ends where its length is damaged too
 */
export async function* readEvents(file: string, options: ReadEventsOptions = {}): AsyncGenerator<Event> {
  for await (const { event } of readEventsFrom(file, 0, options)) yield event;
}

/**
 * `readEvents` for a file that grows: begins at a byte where a record begins, 0 or the `end` of an event read before.
 *
 * @throws Pix2PixError as `readEvents` does
 */
export async function* readEventsFrom(
  file: string,
  from: number,
  options: ReadEventsOptions = {},
): AsyncGenerator<PlacedEvent> {
  const handle = await open(file, 'r');
  try {
    yield* eventsOf(new Window(handle, from), file, options);
  } finally {
    await handle.close();
  }
}

async function* eventsOf(
  window: Window,
  file: string,
  { onCorrupt }: ReadEventsOptions,
): AsyncGenerator<PlacedEvent> {
  const report = (reason: string) => {
    const error = new Pix2PixError(
      `event file: ${reason}`,
      { file, 'at byte': window.position },
      'the events before it are sound; move the file away to be rid of the message',
    );
    if (onCorrupt === undefined) throw error;
    onCorrupt(error);
  };
  for (;;) {
    const found = decodeRecord(window.bytes, window.offset);
    if (found.kind === 'incomplete') {
      if (found.needed - window.offset > MAX_RECORD)
        return report('a record claims to be larger than 256 MiB');
      if (!(await window.extend(found.needed))) return;
    } else if (found.kind === 'corrupt') {
      if (await window.isTorn(found.next)) return;
      report(`the checksum of a record's ${found.part} does not fit`);
      if (found.next === undefined) return;
      window.offset = found.next;
    } else {
      const event = decodeEvent(found.payload);
      if (event === undefined) report('a record is no event');
      window.offset = found.next;
      if (event !== undefined) yield { event, end: window.position };
    }
  }
}

function decodeEvent(payload: Uint8Array): Event | undefined {
  try {
    return fromBinary(EventSchema, payload);
  } catch {
    return undefined;
  }
}

/** The part of the file that is in memory, and the place in it that has been read up to. */
class Window {
  bytes: Buffer = Buffer.alloc(0);
  offset = 0;

  constructor(
    private readonly handle: FileHandle,
    /** Where `bytes` begins in the file. */
    private start: number,
  ) {}

  /** `offset` as a place in the file. */
  get position(): number {
    return this.start + this.offset;
  }

  /**
   * Whether damage at `offset` is only the file's unfinished end: nothing follows the record, or nothing but the zeros
   * that a file system puts where a crash kept the data from the disk.
   */
  async isTorn(next: number | undefined): Promise<boolean> {
    const { size } = await this.handle.stat();
    if (next !== undefined) return this.start + next >= size;
    if (size - this.position > MAX_TORN) return false;
    await this.extend(this.offset + size - this.position);
    return this.bytes.subarray(this.offset).every((byte) => byte === 0);
  }

  /** Drops what has been read and reads on until `bytes` reaches index `needed`; false where the file ends before. */
  async extend(needed: number): Promise<boolean> {
    const rest = this.bytes.subarray(this.offset);
    const missing = needed - this.bytes.length;
    const { size } = await this.handle.stat();
    const from = this.start + this.bytes.length;
    if (size < from + missing) return false;
    const grown = Buffer.alloc(rest.length + Math.max(missing, Math.min(CHUNK, size - from)));
    grown.set(rest);
    const { bytesRead } = await this.handle.read(grown, rest.length, grown.length - rest.length, from);
    this.start += this.offset;
    this.offset = 0;
    this.bytes = grown.subarray(0, rest.length + bytesRead);
    return bytesRead >= missing;
  }
}
