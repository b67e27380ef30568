import { deserialize, serialize } from 'node:v8';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { receiveError, type SentError, sendError } from '../../base/errors/sentError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import type { Collective } from '../../engine/runtime/collective.js';
import type { Communicator } from './communicator.js';

/** An error that all ranks have met at once: each ends by itself, and the first tells of it. */
export class SharedFailure extends Pix2PixError {}

/** A shared failure that another thread has met. */
export function sharedFailure(sent: SentError): SharedFailure {
  const { summary, facts, fix } = receiveError(sent) as Pix2PixError;
  return new SharedFailure(summary, facts, fix);
}

/** Told when this rank begins to wait for the others, and when it has done. */
export interface WaitMarks {
  beginWait(): void;
  endWait(): void;
}

/** Arrays of fewer floats travel together: on a network each message costs as much as some thousand floats. */
const SMALL = 1 << 14;

/**
 * The ranks of a training: processes that train one model together, each on its part of every batch. Whatever one of them
 * asks of the others, all ask for in the same order; the call returns when all have.
 */
export class Ranks implements Collective {
  readonly rank: number;
  readonly size: number;
  /** Seconds spent in exchanges of gradients, statistics and losses. */
  seconds = 0;
  private packed = new Float32Array(0);

  constructor(
    private readonly communicator: Communicator,
    private readonly marks: WaitMarks = { beginWait: () => {}, endWait: () => {} },
  ) {
    this.rank = communicator.rank;
    this.size = communicator.size;
  }

  /** Whether this one tells, saves and records. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  sum(arrays: readonly Float32Array[]): void {
    const began = performance.now();
    const small = arrays.filter(({ length }) => length < SMALL);
    for (const array of arrays) if (array.length >= SMALL) this.exchange(() => this.communicator.sum(array));
    if (small.length === 1) this.exchange(() => this.communicator.sum(small[0]));
    if (small.length > 1) this.sumTogether(small);
    this.seconds += (performance.now() - began) / 1000;
  }

  /** Whether any rank says yes. */
  isAny(yes: boolean): boolean {
    const count = Float32Array.of(yes ? 1 : 0);
    this.sum([count]);
    return count[0] > 0;
  }

  /** The values of all ranks, by rank: anything that `structuredClone` takes. */
  gather<T>(own: T): T[] {
    return Array.from({ length: this.size }, (_, rank) => this.fromRank(rank, own));
  }

  /** The value of rank 0; those of the others are passed over. */
  fromFirst<T>(value: T): T {
    return this.fromRank(0, value);
  }

  /** Puts the numbers of rank 0 in the array's place. */
  copyFromFirst(array: Float32Array | BigInt64Array): void {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.exchange(() => this.communicator.broadcast(bytes, 0));
  }

  /**
   * Runs what may fail on some of the ranks; where it does, it fails on all.
   * @throws SharedFailure with what the first of the failing ranks has met, and which it is
   */
  async together<T>(action: () => Promise<T> | T): Promise<T> {
    const outcome = await outcomeOf(action);
    const failures = this.gather(outcome.failure);
    const rank = failures.findIndex((failure) => failure !== undefined);
    if (rank < 0) return outcome.value as T;
    const { message, ...error } = receiveError(failures[rank]!) as Pix2PixError;
    const isOnAll = failures.every((failure) => failure?.summary === failures[rank]!.summary);
    const facts = isOnAll ? error.facts : { ...error.facts, rank: `${rank} of ${this.size}` };
    throw new SharedFailure(error.summary ?? message, facts, error.fix);
  }

  /** Ends the connection: no rank may ask anything any more. */
  close(): void {
    this.exchange(() => this.communicator.close());
  }

  private fromRank<T>(rank: number, own: T): T {
    const isSender = rank === this.rank;
    const sent = isSender ? serialize(own) : undefined;
    const length = new Uint8Array(Float64Array.of(sent?.length ?? 0).buffer);
    this.exchange(() => this.communicator.broadcast(length, rank));
    const bytes = sent ?? new Uint8Array(new Float64Array(length.buffer)[0]);
    this.exchange(() => this.communicator.broadcast(bytes, rank));
    return isSender ? own : deserialize(bytes);
  }

  private sumTogether(arrays: readonly Float32Array[]): void {
    const length = arrays.reduce((sum, array) => sum + array.length, 0);
    if (this.packed.length < length) this.packed = new Float32Array(length);
    const all = this.packed.subarray(0, length);
    let end = 0;
    for (const array of arrays) {
      all.set(array, end);
      end += array.length;
    }
    this.exchange(() => this.communicator.sum(all));
    for (const array of arrays.toReversed()) {
      end -= array.length;
      array.set(all.subarray(end, end + array.length));
    }
  }

  private exchange(action: () => void): void {
    this.marks.beginWait();
    action();
    this.marks.endWait();
  }
}

interface Outcome<T> {
  readonly value?: T;
  readonly failure?: SentError;
}

async function outcomeOf<T>(action: () => Promise<T> | T): Promise<Outcome<T>> {
  try {
    return { value: await action() };
  } catch (error) {
    return { failure: sendError(systemErrorInWords(error)) };
  }
}

/** Whether a process tells, saves and records: the first rank, and one that is alone. */
export function isFirst(ranks: Ranks | undefined): boolean {
  return ranks?.isFirst ?? true;
}

/** `Ranks.together`, also for a process that is alone. */
export async function onAllRanks<T>(ranks: Ranks | undefined, action: () => Promise<T> | T): Promise<T> {
  return ranks === undefined ? action() : ranks.together(action);
}
