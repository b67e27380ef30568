import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { epochOrder } from '../batch/epochOrder.js';
import { type Batch, type Sample, stackSamples } from '../batch/imageBatch.js';
import { BadImageError } from '../decode/badImage.js';
import type { SampleSource } from '../pair/sampleSource.js';

/** How samples become batches. Plain data, so that it can be sent to a worker. */
export interface BatchPlan {
  readonly length: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  /** Whether a bad image stops the run. */
  readonly strict: boolean;
  /** Whether the next good image takes a bad one's place (training), or the batch gets shorter (test). */
  readonly replaceBad: boolean;
  /** How many samples are made at once. */
  readonly slots: number;
}

/** A batch, or undefined where every image of it was bad and none replaced, and the bad images that were met. */
export interface ProducedBatch {
  readonly batch: Batch | undefined;
  readonly bad: readonly { readonly file: string; readonly reason: string }[];
}

/** Makes any batch of any epoch, with at most `plan.slots` samples under way at once, earlier requests first. */
export class BatchProducer {
  private order: { epoch: number; indices: Uint32Array } | undefined;
  private readonly knownBad = new Map<number, BadImageError>();
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private closed = false;

  constructor(
    private readonly source: SampleSource,
    private readonly plan: BatchPlan,
  ) {}

  /**
   * @param batchIndex 0 ... ceil(length / batchSize) - 1; the last batch may be shorter than the others
   * @throws Pix2PixError as the source does, or when no image is left that can be used
   */
  async produce(epoch: number, batchIndex: number): Promise<ProducedBatch> {
    const { batchSize, length } = this.plan;
    const first = batchIndex * batchSize;
    const count = Math.min(batchSize, length - first);
    const bad = new Map<string, string>();
    const slots = Array.from({ length: count }, (_, i) => this.sampleAt(epoch, first + i, bad));
    const samples = (await Promise.all(slots)).filter((sample) => sample !== undefined);
    return {
      batch: samples.length > 0 ? stackSamples(samples) : undefined,
      bad: [...bad].map(([file, reason]) => ({ file, reason })),
    };
  }

  /** Refuses what has not been started. */
  async close(): Promise<void> {
    this.closed = true;
    for (const start of this.waiting.splice(0)) start();
    await this.source.close?.();
  }

  /** The sample at a place of the epoch's order; a bad one is followed by the next in order, round the end. */
  private async sampleAt(
    epoch: number,
    place: number,
    bad: Map<string, string>,
  ): Promise<Sample | undefined> {
    const { length, strict, replaceBad } = this.plan;
    const order = this.orderOf(epoch);
    let failure: BadImageError | undefined;
    for (let step = 0; step < (replaceBad ? length : 1); step++) {
      const made = await this.make(order[(place + step) % length], epoch);
      if (!(made instanceof BadImageError)) return made;
      if (strict) throw made;
      failure ??= made;
      bad.set(made.file, made.reason);
    }
    if (!replaceBad) return undefined;
    throw new Pix2PixError(
      'no image of the data set can be used',
      { images: length, 'for example': failure?.file ?? '', reason: failure?.reason ?? '' },
      'replace the images, or point --dataroot elsewhere',
    );
  }

  private async make(index: number, epoch: number): Promise<Sample | BadImageError> {
    const known = this.knownBad.get(index);
    if (known !== undefined) return known;
    await this.enter();
    try {
      if (this.closed) throw new Error('the data set was closed');
      return await this.source.get(index, { epoch, seed: this.plan.seed });
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      this.knownBad.set(index, error);
      return error;
    } finally {
      this.leave();
    }
  }

  private orderOf(epoch: number): Uint32Array {
    if (this.order?.epoch !== epoch) this.order = { epoch, indices: epochOrder(this.plan, epoch) };
    return this.order.indices;
  }

  private async enter(): Promise<void> {
    if (this.busy < this.plan.slots) this.busy++;
    else await new Promise<void>((start) => this.waiting.push(start)); // takes over the place of one that leaves
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next !== undefined) next();
    else this.busy--;
  }
}
