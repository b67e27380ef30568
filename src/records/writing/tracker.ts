import type { ImageBatch } from '../../data/batch/imageBatch.js';

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

/** Numbers by name. */
export type Scalars = Readonly<Record<string, number>>;
export type NamedImages = Readonly<Record<string, ImageBatch>>;
