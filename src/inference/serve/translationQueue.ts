import { setMaxListeners } from 'node:events';
import { MachineError } from '../../base/errors/machineError.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { Refused } from '../../base/http/refused.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import { stackImages } from '../../data/batch/sample.js';
import type { DeepImage } from '../../data/decode/deepImage.js';
import { toChannels } from '../channels.js';
import type { ComputeThread } from './computeThread.js';
import type { ModelCatalogue } from './modelCatalogue.js';
import type { LoadedModel, ModelPool } from './modelPool.js';

/** Batches that the computing thread has at a time: one that it computes, one that it goes on with at once. */
const IN_FLIGHT = 2;
/** Of the pixels of a batch: activations grow with them. An image that has more goes alone. */
const BATCH_PIXELS = 1024 * 1024;
/** How far a new measurement moves the mean time of an image. */
const MOMENTUM = 0.2;

/** An image that waits for its translation. */
interface Waiting {
  readonly model: string;
  readonly image: DeepImage;
  readonly signal: AbortSignal;
  readonly resolve: (translation: ImageBatch) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The images that wait, and their translation: the oldest first, and with it others of its model and size that wait too
 * (micro-batching). Nothing is waited for to fill a batch, so that an image alone is never delayed.
 */
export class TranslationQueue {
  private readonly waiting: Waiting[] = [];
  private inFlight = 0;
  private underWay = 0;
  /** Of the choice of models, which must not overlap. */
  private last: Promise<unknown> = Promise.resolve();
  private secondsPerImage = 0.1;
  private lastEnd = 0;

  constructor(
    private readonly parts: {
      readonly catalogue: ModelCatalogue;
      readonly pool: ModelPool;
      readonly thread: ComputeThread;
      /** Told of a batch that was translated. */
      readonly onBatch: (model: string, images: number, seconds: number) => void;
    },
    private readonly limits: { readonly queue: number; readonly batch: number },
  ) {}

  /** Images that were taken and not given back. */
  get length(): number {
    return this.underWay;
  }

  /**
   * Takes places for the images of a request, before anything of them is decoded.
   * @returns what gives the places back
   * @throws Refused with 429 where so many are not free, 413 where there never are
   */
  reserve(images: number): () => void {
    const { queue } = this.limits;
    if (images > queue)
      throw new Refused(413, `a request has at most ${queue} images`, 'send several requests');
    if (this.underWay + images > queue) {
      const wait = Math.min(60, Math.max(1, Math.ceil(this.underWay * this.secondsPerImage)));
      throw new Refused(429, `${this.underWay} images are under way already`, `ask again in ${wait} s`, wait);
    }
    this.underWay += images;
    return () => {
      this.underWay -= images;
    };
  }

  /**
   * Translates an image of 8 bits.
   * @param signal when aborted before the image's turn has come, it is left out; its reason is the error
   */
  translate(model: string, image: DeepImage, signal: AbortSignal): Promise<ImageBatch> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      setMaxListeners(0, signal); // one for each image of its request
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.waiting.push({ model, image, signal, resolve, reject });
      this.advance();
    });
  }

  private advance(): void {
    while (this.inFlight < IN_FLIGHT) {
      const batch = this.nextBatch();
      if (batch.length === 0) return;
      this.inFlight++;
      void this.run(batch).finally(() => {
        this.inFlight--;
        this.advance();
      });
    }
  }

  private nextBatch(): Waiting[] {
    const wanted = this.waiting.filter(({ signal }) => !signal.aborted);
    const first = wanted[0];
    const isAlike = ({ model, image }: Waiting) =>
      model === first.model && image.width === first.image.width && image.height === first.image.height;
    const fit = first && Math.max(1, Math.floor(BATCH_PIXELS / (first.image.width * first.image.height)));
    const batch = wanted.filter(isAlike).slice(0, Math.min(this.limits.batch, fit ?? 0));
    this.waiting.splice(0, this.waiting.length, ...wanted.filter((one) => !batch.includes(one)));
    return batch;
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    const { thread, pool } = this.parts;
    const { model } = batch[0];
    try {
      const { id, info } = await this.load(model);
      const names = batch.map(() => 'the image'); // others of the batch may be of other requests
      const images = batch.map(({ image }, index) => toChannels(image, info, names[index]) as ImageBatch);
      const sentAt = performance.now();
      const translation = await thread.translate(id, stackImages(images, names)).catch((error: unknown) => {
        const isRefusal = error instanceof Pix2PixError && !(error instanceof MachineError);
        if (!isRefusal) pool.drop(model); // whatever state it is in
        throw error;
      });
      this.measure(batch, sentAt);
      for (const [index, { resolve }] of batch.entries()) resolve(imageOf(translation, index));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** The thread began with a batch when it was sent, or when the one before was done. */
  private measure(batch: readonly Waiting[], sentAt: number): void {
    const now = performance.now();
    const seconds = (now - Math.max(sentAt, this.lastEnd)) / 1000;
    this.lastEnd = now;
    this.secondsPerImage += MOMENTUM * (seconds / batch.length - this.secondsPerImage);
    this.parts.onBatch(batch[0].model, batch.length, seconds);
  }

  private load(name: string): Promise<LoadedModel> {
    const { catalogue, pool } = this.parts;
    const loading = this.last.then(() => pool.use(name, catalogue.find(name)));
    this.last = loading.catch(() => {});
    return loading;
  }
}

/** One image of a batch, which it shares its memory with. */
function imageOf({ data, shape: [n, h, w, c] }: ImageBatch, index: number): ImageBatch {
  const size = data.length / n;
  return { data: data.subarray(index * size, (index + 1) * size), shape: [1, h, w, c] };
}
