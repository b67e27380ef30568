import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ALONE, type Sharing, sharedParts } from '../batch/batchShare.js';
import { epochOrder } from '../batch/epochOrder.js';
import { type Batch, type Sample, stackSamples } from '../batch/sample.js';
import { BadImageError } from '../decode/badImage.js';
import type { DecodeNote } from '../decode/decodeNote.js';
import type { SampleSource } from '../pair/sampleSource.js';
import { areEqual, type SampleSizes, sizesOf, unusual, usualSizes } from './usualSizes.js';

/** How samples become batches. Plain data, so that it can be sent to a worker. */
export interface BatchPlan {
  readonly length: number;
  /** Images of a step, in all processes. */
  readonly batchSize: number;
  /** Where several processes share them; default: all are made. */
  readonly sharing?: Sharing;
  readonly seed: number;
  readonly shuffle: boolean;
  /** Whether a bad image stops the run. */
  readonly strict: boolean;
  /** Whether the next good image takes a bad one's place (training), or the batch gets shorter (test). */
  readonly replaceBad: boolean;
  /** How many samples are made at once. */
  readonly slots: number;
}

/** A batch, or undefined where every image of it was bad and none replaced, and what is to be said of its files. */
export interface ProducedBatch {
  readonly batch: Batch | undefined;
  readonly bad: readonly { readonly file: string; readonly reason: string }[];
  readonly notes: readonly FileNote[];
}

interface FileNote {
  readonly file: string;
  readonly note: DecodeNote;
}

/** A batch as it is being made. */
interface Making {
  readonly epoch: number;
  readonly bad: Map<string, string>;
  readonly notes: FileNote[];
  /** Where its images differ in size: the one that they are to have. */
  readonly sizes?: SampleSizes;
}

/** Makes any batch of any epoch, with at most `plan.slots` samples under way at once, earlier requests first. */
export class BatchProducer {
  private order: { epoch: number; indices: Uint32Array } | undefined;
  /** By epoch: an unpaired image may be bad for the partner that it has in one epoch alone. */
  private readonly knownBad = new Map<number, Map<number, BadImageError>>();
  private usual: Promise<SampleSizes | undefined> | undefined;
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private closed = false;

  constructor(
    private readonly source: SampleSource,
    private readonly plan: BatchPlan,
  ) {}

  /**
   * @param batchIndex 0 ... ceil(length / batchSize) - 1; the last batch may be shorter than the others
   * @param skipped images at its beginning that have been used already
   * @throws Pix2PixError as the source does, or when no image is left that can be used
   */
  async produce(epoch: number, batchIndex: number, skipped = 0): Promise<ProducedBatch> {
    const making: Making = { epoch, bad: new Map(), notes: [] };
    const first = batchIndex * this.plan.batchSize + skipped;
    const ofImages = Math.min(this.plan.batchSize - skipped, this.plan.length - first);
    const found = await this.samplesOf(first, ofImages, making);
    const sizes = found.every((sample) => areEqual(sizesOf(sample), sizesOf(found[0])))
      ? undefined
      : await this.usualSizes();
    const samples = sizes === undefined ? found : await this.samplesOf(first, ofImages, { ...making, sizes });
    return {
      batch:
        samples.length > 0 ? { ...stackSamples(samples), ...(this.plan.sharing && { ofImages }) } : undefined,
      bad: [...making.bad].map(([file, reason]) => ({ file, reason })),
      notes: making.notes,
    };
  }

  /** Refuses what has not been started. */
  async close(): Promise<void> {
    this.closed = true;
    for (const start of this.waiting.splice(0)) start();
    await this.source.close?.();
  }

  private async samplesOf(first: number, images: number, making: Making): Promise<Sample[]> {
    const { sharing = { ...ALONE, together: images }, replaceBad } = this.plan;
    const parts = sharedParts(images, sharing).filter(({ share }) => share > 0 || replaceBad);
    const places = parts.flatMap((part) =>
      Array.from({ length: part.count }, (_, i) => this.sampleAt(first + part.first + i, making)),
    );
    return (await Promise.all(places)).filter((sample) => sample !== undefined);
  }

  /** The sample at a place of the epoch's order; a bad one is followed by the next in order, round the end. */
  private async sampleAt(place: number, making: Making): Promise<Sample | undefined> {
    const { length, strict, replaceBad } = this.plan;
    const order = this.orderOf(making.epoch);
    let failure: BadImageError | undefined;
    for (let step = 0; step < (replaceBad ? length : 1); step++) {
      const made = await this.makeFitting(order[(place + step) % length], making);
      if (!(made instanceof BadImageError)) return made;
      if (strict) throw made;
      failure ??= made;
      making.bad.set(made.file, made.reason);
    }
    if (!replaceBad) return undefined;
    throw new Pix2PixError(
      'no image of the data set can be used',
      { images: length, 'for example': failure?.file ?? '', reason: failure?.reason ?? '' },
      `${failure?.fix ?? 'replace the images'}, or point --dataroot elsewhere`,
    );
  }

  private async makeFitting(index: number, making: Making): Promise<Sample | BadImageError> {
    const { sizes } = making;
    const made = await this.make(index, making);
    if (made instanceof BadImageError || sizes === undefined || areEqual(sizesOf(made), sizes)) return made;
    return unusual(made, sizes);
  }

  private async make(
    index: number,
    { epoch, notes }: Pick<Making, 'epoch' | 'notes'>,
  ): Promise<Sample | BadImageError> {
    const bad = this.knownBadIn(epoch);
    const known = bad.get(index);
    if (known !== undefined) return known;
    await this.enter();
    try {
      if (this.closed) throw new Error('the data set was closed');
      const onNote = (file: string, note: DecodeNote) => notes.push({ file, note });
      return await this.source.get(index, { epoch, seed: this.plan.seed, onNote });
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      bad.set(index, error);
      return error;
    } finally {
      this.leave();
    }
  }

  private knownBadIn(epoch: number): Map<number, BadImageError> {
    const known = this.knownBad.get(epoch) ?? new Map<number, BadImageError>();
    this.knownBad.set(epoch, known);
    for (const other of this.knownBad.keys()) if (other < epoch - 1) this.knownBad.delete(other);
    return known;
  }

  /** As images are in the first epoch, whichever it is now. */
  private usualSizes(): Promise<SampleSizes | undefined> {
    this.usual ??= usualSizes(this.plan.length, async (index) => {
      const made = await this.make(index, { epoch: 1, notes: [] });
      return made instanceof BadImageError ? undefined : made;
    });
    return this.usual;
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
