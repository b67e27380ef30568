import type { ImageBatch } from '../../src/data/batch/imageBatch.js';
import type { PairPlan } from './pairSource.js';

/** What the page asks of its training thread. */
export type Request =
  /** Begins a run: its options by their names on the command line. */
  | { readonly kind: 'start'; readonly run: string; readonly options: Options; readonly plan: PairPlan }
  /** Goes on with a run that is stored; with other data where that was not kept. */
  | { readonly kind: 'continue'; readonly run: string; readonly plan?: PairPlan | undefined }
  | { readonly kind: 'pause' }
  | { readonly kind: 'save' };

export type Options = Readonly<Record<string, string | number | boolean>>;

/** What the training thread tells. */
export type Event =
  | { readonly kind: 'message'; readonly text: string }
  /** Something that a person should know, and the training goes on. */
  | { readonly kind: 'warning'; readonly text: string }
  | {
      readonly kind: 'started';
      readonly lastEpoch: number;
      readonly images: number;
      readonly adapter: string;
    }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly losses: Readonly<Record<string, number>>;
      readonly milliseconds: number;
    }
  | { readonly kind: 'images'; readonly step: number; readonly images: Readonly<Record<string, ImageBatch>> }
  | { readonly kind: 'saved'; readonly step: number }
  /** There was no room. */
  | { readonly kind: 'unsaved'; readonly text: string }
  | { readonly kind: 'ended'; readonly reason: 'finished' | 'paused'; readonly step: number }
  | { readonly kind: 'failed'; readonly message: string };
