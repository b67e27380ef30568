import type { ImageBatch } from '../data/imageBatch.js';

/** Where in a run something was measured. */
export interface TrackPoint {
  /** Images trained on since the start of the run (the reference's total_iters). */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  /** Images trained on in this epoch (the reference's epoch_iter). */
  readonly iteration: number;
}

/** How long one image took: computing, and waiting for its data. */
export interface StepTime {
  readonly computeSeconds: number;
  readonly dataSeconds: number;
}

export type Scalars = Readonly<Record<string, number>>;
export type NamedImages = Readonly<Record<string, ImageBatch>>;

/** One place that keeps what a run reports: an event file, a log, a page. Each keeps what it can show. */
export interface Tracker {
  /** Of every training step: its losses, keyed as the model names them (`{ G_GAN, G_L1, D_real, D_fake }`), and more. */
  losses?(at: TrackPoint, values: Scalars, time: StepTime, learningRate?: number): void | Promise<void>;
  /** Any other numbers, keyed by tag: `{ 'val/psnr': 23.2, lr: 0.0002 }`. */
  scalars?(at: TrackPoint, values: Scalars): void | Promise<void>;
  /** Images, keyed as the model names them: `{ real_A, fake_B, real_B }`; a batch is shown by its first image. */
  images?(at: TrackPoint, images: NamedImages): void | Promise<void>;
  /** Markdown. */
  text?(at: TrackPoint, tag: string, markdown: string): void | Promise<void>;
  /** A checkpoint was saved, under these tags: `latest`, `5`. */
  checkpoint?(at: TrackPoint, tags: readonly string[]): void | Promise<void>;
  /** Writes what waits and lets go of files; the tracker is of no use afterwards. */
  close?(): void | Promise<void>;
}

/** Passes everything on to several trackers, one after another. */
export class CompositeTracker implements Tracker {
  constructor(private readonly trackers: readonly Tracker[]) {}

  async losses(at: TrackPoint, values: Scalars, time: StepTime, learningRate?: number): Promise<void> {
    for (const tracker of this.trackers) await tracker.losses?.(at, values, time, learningRate);
  }

  async scalars(at: TrackPoint, values: Scalars): Promise<void> {
    for (const tracker of this.trackers) await tracker.scalars?.(at, values);
  }

  async images(at: TrackPoint, images: NamedImages): Promise<void> {
    for (const tracker of this.trackers) await tracker.images?.(at, images);
  }

  async text(at: TrackPoint, tag: string, markdown: string): Promise<void> {
    for (const tracker of this.trackers) await tracker.text?.(at, tag, markdown);
  }

  async checkpoint(at: TrackPoint, tags: readonly string[]): Promise<void> {
    for (const tracker of this.trackers) await tracker.checkpoint?.(at, tags);
  }

  /** Closes every tracker, also after one that fails, then throws the first failure. */
  async close(): Promise<void> {
    const closing = this.trackers.map(async (tracker) => tracker.close?.());
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }
}
