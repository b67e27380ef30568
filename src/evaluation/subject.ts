import type { ImageBatch } from '../data/batch/imageBatch.js';

/** An image that was made, what it should be, and what it was made of where that is known; batches of one. */
export interface JudgedImage {
  readonly name: string;
  readonly made: ImageBatch;
  readonly wanted: ImageBatch;
  readonly input?: ImageBatch;
}

/** What is evaluated: a checkpoint of a run, or a folder of images. */
export interface SubjectName {
  /** The run's name, or the folder. */
  readonly run: string;
  /** Of a run: the checkpoint, and the epoch that its weights are of. */
  readonly tag?: string;
  readonly epoch?: number;
}

/** A subject whose images can be had, in one pass. */
export interface Subject extends SubjectName {
  /** How many this process has to judge. */
  readonly length: number;
  images(): AsyncIterable<JudgedImage>;
}

/** `facades 25`, or a folder's path. */
export function labelOf({ run, tag }: SubjectName): string {
  return tag === undefined ? run : `${run} ${tag}`;
}
