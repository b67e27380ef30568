import type { LevelBatch } from '../data/batch/floatImages.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import type { ComparedClasses } from '../data/metrics/comparedClasses.js';
import type { LabelSettings } from './labels.js';

/** An image that was made, and what it should be; batches of one. */
export interface JudgedImage {
  readonly name: string;
  /** Of any number of channels. */
  readonly made: LevelBatch;
  readonly wanted: LevelBatch;
  /** The same as pictures of 1 or 3 channels, and what it was made of where that is known. */
  readonly pictures: {
    readonly input?: ImageBatch;
    readonly output: ImageBatch;
    readonly target: ImageBatch;
  };
  /** The class of each pixel, where the subject has `labels`. */
  readonly classes?: ComparedClasses;
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
  /** Where its images are label maps. */
  readonly labels?: LabelSettings;
  images(): AsyncIterable<JudgedImage>;
}

/** `facades 25`, or a folder's path. */
export function labelOf({ run, tag }: SubjectName): string {
  return tag === undefined ? run : `${run} ${tag}`;
}
