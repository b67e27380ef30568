import type { HeldLock } from '../../checkpoints/runLock.js';
import type { FloatImages } from '../../data/batch/floatImages.js';
import type { ImageFolder } from '../../data/pair/imageFolder.js';
import type { NetworkRecord, RunPlan, RunSession } from '../../records/writing/runRecord.js';
import type { StepTime, TrackPoint } from '../../records/writing/tracker.js';
import type { Ranks } from '../parallel/ranks.js';
import type { ValidationResult } from '../validation/validate.js';

/** How far a training is and how fast it goes. */
export interface StepReport {
  readonly at: TrackPoint;
  readonly losses: Readonly<Record<string, number>>;
  /** Per image. */
  readonly time: StepTime;
  /** With which the step was made. */
  readonly learningRate: number;
  /** Images in an epoch, and in all that is planned. */
  readonly imagesPerEpoch: number;
  readonly imagesLeft: number;
  /** Bytes that the training has in a GPU's memory, where it computes on one. */
  readonly deviceBytes?: number | undefined;
  /** Whether a line of losses is due after this step. */
  readonly isPrintDue: boolean;
}

/** The facts that are known before the first step. */
export interface TrainingStart {
  readonly plan: RunPlan;
  readonly device: NonNullable<RunSession['device']>;
  /** As in `RunSession`, with the libraries of the device. */
  readonly versions: RunSession['versions'];
  readonly networks: readonly NetworkRecord[];
  readonly lossNames: readonly string[];
  /** Where the images lie, for data sets of files. */
  readonly folders: readonly ImageFolder[];
  readonly resumedFrom: RunSession['resumedFrom'];
  /** Colours of classes, as `--label_palette` has them. */
  readonly labelPalette: string;
}

/** The events that a training reports while it runs. All of them can be sent between threads. */
export type TrainingEvent =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  | ({ readonly kind: 'started' } & TrainingStart)
  | { readonly kind: 'step'; readonly report: StepReport }
  /** A step whose losses are no numbers; the training fails with it. */
  | { readonly kind: 'diverged'; readonly report: StepReport }
  | {
      readonly kind: 'images';
      readonly at: TrackPoint;
      readonly visuals: Readonly<Record<string, FloatImages>>;
      /** Which records they are due in. */
      readonly due: { readonly events: boolean; readonly html: boolean };
    }
  /** Images of the validation set, always the same ones, keyed by their number too: `1/fake_B`. */
  | {
      readonly kind: 'samples';
      readonly at: TrackPoint;
      readonly visuals: Readonly<Record<string, FloatImages>>;
    }
  /** By tag, `weights/G/...` and `gradients/G/...`; see `histogramOf` for their numbers. */
  | {
      readonly kind: 'histograms';
      readonly at: TrackPoint;
      readonly histograms: Readonly<Record<string, Float64Array>>;
    }
  | { readonly kind: 'validated'; readonly at: TrackPoint; readonly result: ValidationResult }
  /** Something that wants a person's attention. */
  | { readonly kind: 'alert'; readonly text: string; readonly at: TrackPoint }
  | { readonly kind: 'saved'; readonly tags: readonly string[]; readonly at: TrackPoint }
  | {
      readonly kind: 'epochEnded';
      readonly at: TrackPoint;
      readonly seconds: number;
      readonly learningRate: { readonly before: number; readonly after: number };
    };

/** The run that a training belongs to, as plain data. */
export interface TrainingRunFacts {
  /** The session's id, which its checkpoints carry. */
  readonly session?: string;
  /** The lock of its folder: where another process has taken it, nothing is saved. */
  readonly lock?: HeldLock;
}

/** The connection of a training with its caller: requests to it, and the events that it reports. */
export interface TrainingSurroundings extends TrainingRunFacts {
  emit(event: TrainingEvent): void;
  /** Asked between steps: whether to save and stop. */
  shouldStop(): boolean;
  /** Asked between steps: whether somebody wants a checkpoint since the last call. Without it, nobody does. */
  takeSave?(): boolean;
  /** @internal The ranks that train together, where this is one of several: then `shouldStop` is an exchange between them. */
  readonly ranks?: Ranks;
  /** Whether this rank has been asked to stop, whatever others have. */
  isAskedToStop?(): boolean;
}

/** How a training ended, and where. */
export interface TrainingSummary {
  readonly reason: 'finished' | 'stopped' | 'max_steps';
  /** Steps made since the run began, and those of them that this session made. */
  readonly steps: number;
  readonly stepsNow: number;
  /** The epoch in which it ended. */
  readonly epoch: number;
  /** Milliseconds of this session spent in steps, and waiting for data. */
  readonly stepMilliseconds: number;
  readonly waitedMilliseconds: number;
}
