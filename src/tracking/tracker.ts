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
  /** The losses of a training step, keyed as the model names them: `{ G_GAN, G_L1, D_real, D_fake }`. */
  losses?(at: TrackPoint, values: Scalars, time: StepTime): void | Promise<void>;
  /** Any other numbers, keyed by tag: `{ 'val/psnr': 23.2, lr: 0.0002 }`. */
  scalars?(at: TrackPoint, values: Scalars): void | Promise<void>;
  /** Images, keyed as the model names them: `{ real_A, fake_B, real_B }`; a batch is shown by its first image. */
  images?(at: TrackPoint, images: NamedImages): void | Promise<void>;
  /** Markdown. */
  text?(at: TrackPoint, tag: string, markdown: string): void | Promise<void>;
  /** Writes what waits and lets go of files; the tracker is of no use afterwards. */
  close?(): void | Promise<void>;
}
