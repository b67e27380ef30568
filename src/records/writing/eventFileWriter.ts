import { closeSync, fstatSync, ftruncateSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import { EventSchema, SessionLog_SessionStatus } from './tensorboard_pb.js';
import { encodeRecord } from './tfrecord.js';

export type EventInit = Omit<MessageInitShape<typeof EventSchema>, '$typeName' | '$unknown'>;

export interface EventFileOptions {
  /**
   * The run goes on from here: readers forget what the run's earlier files hold from this step on. Left out for a new
   * run.
   */
  readonly purgeStep?: number;
  /** At most this long an event waits in memory; default 400 ms. */
  readonly flushMilliseconds?: number;
}

/** A point is visible to readers within half a second of its step. */
const FLUSH_MILLISECONDS = 400;

/** Distinguishes the files that one process opens within one second. */
let filesOpened = 0;

/**
 * Appends events to a TensorBoard event file of its own, `events.out.tfevents.<seconds>.<host>.<pid>.<n>`: a run that
 * goes on gets another file, which TensorBoard reads after the earlier ones because its name sorts later. Only whole
 * records are written, at once, so that a crash costs the last seconds and never the file.
 */
export class EventFileWriter {
  readonly path: string;
  private readonly descriptor: number;
  private pending: Uint8Array[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lastFlush = performance.now();
  private failure: unknown;
  private closed = false;

  /**
   * Creates `directory` and the file in it.
   *
   * @throws Pix2PixError where that cannot be
   */
  constructor(
    directory: string,
    private readonly options: EventFileOptions = {},
  ) {
    try {
      makeFolder(directory);
      this.path = join(directory, nextFileName(directory));
      this.descriptor = openSync(this.path, 'ax');
    } catch (error) {
      throw fileError(error, 'the event file cannot be made', directory);
    }
    this.add({
      what: { case: 'fileVersion', value: 'brain.Event:2' },
      sourceMetadata: { writer: 'pix2pix-ts' },
    });
    if (options.purgeStep !== undefined) {
      const start = { status: SessionLog_SessionStatus.START };
      this.add({ step: BigInt(options.purgeStep), what: { case: 'sessionLog', value: start } });
    }
    this.flush();
  }

  /**
   * Queues one event; its wall time is now unless given.
   *
   * @throws Pix2PixError where an earlier flush failed
   */
  add(event: EventInit): void {
    this.throwFailure();
    if (this.closed) throw new Error('event file: add after close');
    const message = create(EventSchema, { wallTime: Date.now() / 1000, ...event });
    this.pending.push(encodeRecord(toBinary(EventSchema, message)));
    this.flushWhenDue();
  }

  /**
   * Writes what waits in memory.
   *
   * @throws Pix2PixError where the disk refuses; the file then ends at its last whole record
   */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.throwFailure();
    this.lastFlush = performance.now();
    if (this.pending.length === 0) return;
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.append(bytes);
  }

  /** Flushes and closes; a second call does nothing. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.flush();
    } finally {
      closeSync(this.descriptor);
    }
  }

  /** The timer serves a quiet run; in a busy one, whose steps delay timers, the time is checked with every event. */
  private flushWhenDue(): void {
    const interval = this.options.flushMilliseconds ?? FLUSH_MILLISECONDS;
    if (performance.now() - this.lastFlush >= interval) this.flush();
    else this.timer ??= setTimeout(() => this.flushFromTimer(), interval).unref();
  }

  /** A timer has no caller to throw at: the next `add`, `flush` or `close` throws instead. */
  private flushFromTimer(): void {
    try {
      this.flush();
    } catch (error) {
      this.failure = error;
    }
  }

  private append(bytes: Uint8Array): void {
    const { size } = fstatSync(this.descriptor);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.descriptor, bytes, written);
    } catch (error) {
      ftruncateSync(this.descriptor, size); // half a record would end the file for every reader
      throw fileError(error, 'the event file cannot be written', this.path);
    }
  }

  private throwFailure(): void {
    if (this.failure === undefined) return;
    const failure = this.failure;
    this.failure = undefined;
    throw failure;
  }
}

/** A name that sorts after every event file of the folder, whatever the clock says. */
function nextFileName(directory: string): string {
  const taken = readdirSync(directory).map((name) =>
    Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? 0),
  );
  const seconds = Math.max(
    Math.floor(Date.now() / 1000),
    1 + taken.reduce((latest, at) => Math.max(latest, at), 0),
  );
  const host = hostname().replace(/[^\w.-]/g, '_');
  return `events.out.tfevents.${String(seconds).padStart(10, '0')}.${host}.${process.pid}.${filesOpened++}`;
}
