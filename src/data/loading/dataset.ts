import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { plainLine } from '../../base/errors/plainText.js';
import type { Batch } from '../batch/sample.js';
import type { CacheBound } from '../cache/cacheBound.js';
import { type OnFileNote, oncePerKind } from '../decode/decodeNote.js';
import type { ImageFolder } from '../pair/imageFolder.js';
import type { ProducedBatch } from './batchProducer.js';

/** Makes batches somewhere: in this thread or another. */
export interface BatchSupply {
  /** Starts to make a batch, without its first `skipped` images. */
  request(epoch: number, batchIndex: number, skipped: number): Promise<ProducedBatch>;
  /** Keeps decoded images from the first request on, which has not been made yet. */
  keepImages?(bound: CacheBound): void;
  /** Whether somebody waits for a batch: only then may the supply keep the process alive. */
  setAwaited(awaited: boolean): void;
  close(): Promise<void>;
}

/** The batch that comes at some moment, without images of it that have been used. */
interface NextBatch {
  readonly epoch: number;
  readonly batchIndex: number;
  readonly skipped: number;
}

interface DatasetPlan {
  readonly length: number;
  readonly batchSize: number;
  /** The epoch of the first iteration. */
  readonly epoch: number;
  /** Batches that are made ahead of the one asked for. */
  readonly lookahead: number;
  /** Whether to make the next epoch's first batches while this one's last are used. */
  readonly crossesEpochs: boolean;
  readonly onWarning: (message: string) => void;
  readonly folders?: readonly ImageFolder[];
  /** The bytes that all images would take in memory; absent where they cannot be kept. */
  readonly sizeInMemory?: () => Promise<number>;
}

/**
 * The data of a run. Each `for await` goes through what is left of the current epoch, and at its end moves on to the
 * next epoch. A loop that is broken off keeps its place: the next one continues with the following batch.
 *
 * ```ts
 * for (let epoch = 1; epoch <= 200; epoch++) {
 *   for await (const { A, B, APaths } of dataset) { ... }
 * }
 * await dataset.close();
 * ```
 */
export class Dataset implements AsyncIterable<Batch> {
  /** Images in an epoch. */
  readonly length: number;
  /** Images of a batch, and batches in an epoch; the last one is shorter where the batch size does not divide the length. */
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  /** Where its images lie, where they are files. */
  readonly folders: readonly ImageFolder[];
  private currentEpoch: number;
  private nextBatch = 0;
  /** Images of the next batch that have been used before. */
  private skipped = 0;
  private waited = 0;
  private closed = false;
  private readonly warned = new Set<string>();
  private readonly note: OnFileNote;
  /** Requests under way, in order, beginning with the batch that comes next. */
  private ahead: (NextBatch & { readonly produced: Promise<ProducedBatch> })[] = [];

  /** @internal use `createDataset` */
  constructor(
    private readonly supply: BatchSupply,
    private readonly plan: DatasetPlan,
  ) {
    this.length = plan.length;
    this.batchSize = plan.batchSize;
    this.batchesPerEpoch = Math.ceil(plan.length / plan.batchSize);
    this.folders = plan.folders ?? [];
    this.currentEpoch = plan.epoch;
    this.note = oncePerKind(plan.onWarning);
  }

  /** The epoch under way, counted from 1. */
  get epoch(): number {
    return this.currentEpoch;
  }

  /** The batch of the epoch that comes next, from 0; with `epoch` the place that `startAt` takes. */
  get batchIndex(): number {
    return this.nextBatch;
  }

  /** Milliseconds that the consumer has waited for batches so far, the first one included. */
  get waitedMs(): number {
    return this.waited;
  }

  /** The bytes that all images of the data set take in memory, about; undefined where `keepImages` has no effect. */
  async sizeInMemory(): Promise<number | undefined> {
    return this.plan.sizeInMemory?.();
  }

  /** Keeps decoded images for later epochs, within a bound. To be called before the first iteration. */
  keepImages(bound: CacheBound): void {
    this.supply.keepImages?.(bound);
  }

  /**
   * Moves to a place, as when training is continued in the middle of an epoch: the batches that follow are those
   * that would have followed.
   *
   * @param batchIndex 0 ... batchesPerEpoch; the last means that the epoch has been used up, and the next iteration
   *   gives nothing but moves on
   * @param skipped images of that batch that have been used already, as when a run goes on with larger batches
   * @throws Pix2PixError when there is no such place
   */
  startAt(epoch: number, batchIndex = 0, skipped = 0): void {
    const isPlace = Number.isInteger(batchIndex) && batchIndex >= 0 && batchIndex <= this.batchesPerEpoch;
    if (!isPlace || !Number.isInteger(epoch) || epoch < 0) {
      throw new Pix2PixError(
        'the data set has no such place',
        { asked: `batch ${batchIndex} of epoch ${epoch}`, has: `batches 0 to ${this.batchesPerEpoch}` },
        'continue with the images and the --batch_size that the run began with',
      );
    }
    this.currentEpoch = epoch;
    this.nextBatch = batchIndex;
    this.skipped = skipped;
  }

  /** @throws Pix2PixError on a bad image with `--strict`, when no image can be used, or when a batch mixes sizes */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    while (this.nextBatch < this.batchesPerEpoch) {
      const { batch, bad, notes } = await this.take();
      this.nextBatch++;
      this.skipped = 0;
      this.fill(this.plan.lookahead); // so that they are made while the consumer works
      for (const { file, reason } of bad) this.warn(file, reason);
      for (const { file, note } of notes) this.note(file, note);
      if (batch !== undefined) yield batch;
    }
    this.currentEpoch++;
    this.nextBatch = 0;
  }

  /** Ends the threads. Iterating afterwards throws. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.ahead = [];
    await this.supply.close();
  }

  private async take(): Promise<ProducedBatch> {
    if (this.closed) throw new Error('the data set was closed');
    const start = performance.now();
    this.fill(1 + this.plan.lookahead);
    const { produced } = this.ahead[0];
    this.supply.setAwaited(true);
    try {
      return await produced;
    } finally {
      this.ahead.shift();
      this.supply.setAwaited(false);
      this.waited += performance.now() - start;
    }
  }

  /** Keeps `count` requests under way from the current place on. */
  private fill(count: number): void {
    if (this.closed) return;
    const [head] = this.ahead;
    let next = this.settle(this.currentEpoch, this.nextBatch, this.skipped);
    const isNext = head?.epoch === next?.epoch && head?.batchIndex === next?.batchIndex;
    if (!isNext || head?.skipped !== next?.skipped) this.ahead = [];
    for (let i = 0; i < count && next !== undefined; i++) {
      if (i === this.ahead.length) {
        const produced = this.supply.request(next.epoch, next.batchIndex, next.skipped);
        produced.catch(() => {}); // it is thrown when its turn comes
        this.ahead.push({ ...next, produced });
      }
      next = this.settle(next.epoch, next.batchIndex + 1);
    }
  }

  /** The end of an epoch is the beginning of the next, where the data set looks so far. */
  private settle(epoch: number, batchIndex: number, skipped = 0): NextBatch | undefined {
    if (batchIndex < this.batchesPerEpoch) return { epoch, batchIndex, skipped };
    return this.plan.crossesEpochs ? { epoch: epoch + 1, batchIndex: 0, skipped: 0 } : undefined;
  }

  private warn(file: string, reason: string): void {
    if (this.warned.has(file)) return;
    this.warned.add(file);
    this.plan.onWarning(plainLine(`${file} is left out: ${reason}`));
  }
}
