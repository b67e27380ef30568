import type { NetworkRecord, RunSession } from '../writing/runRecord.js';

/**
 * `running`: its process lives and makes progress. `stalled`: it lives, but nothing has been written for much longer
 * than a step takes. `crashed`: it failed, or its process ended without recording why. `stopped`: it was asked to end
 * before its end. `finished`: it has come to its last step.
 */
export type RunState = 'running' | 'stalled' | 'crashed' | 'stopped' | 'finished';

/** Names, colours, notes and labels that a person has added to a run: kept in its folder as `annotations.json`. */
export interface Annotations {
  readonly displayName?: string;
  /** `#rrggbb`. */
  readonly color?: string;
  readonly isHidden?: boolean;
  readonly notes?: string;
  readonly labels?: readonly string[];
}

export interface BestValue {
  readonly value: number;
  readonly step: number;
}

/** The sweep that a run belongs to. */
export interface SweepOfRun {
  /** Its folder, relative to the log directory. */
  readonly id: string;
  /** How many runs it will have had. */
  readonly runs: number;
  /** The options in which they differ. */
  readonly varied: readonly string[];
  /** The tag of the scalar by which they are judged. */
  readonly metric: string;
}

/** One row of the table of runs. Times are milliseconds since 1970, steps are images since the start of the run. */
export interface RunSummary {
  /** The run's folder, relative to the log directory, with `/`; `.` for the log directory itself. */
  readonly id: string;
  readonly state: RunState;
  /** Why: what it failed with, since when it has been silent. */
  readonly stateReason?: string;
  /** Whether another program wrote it: it has event files and no `run.json`. */
  readonly isForeign: boolean;
  readonly sweep?: SweepOfRun;
  readonly startedAt?: number;
  readonly updatedAt?: number;
  /** Time spent in its sessions, in seconds. */
  readonly seconds: number;
  readonly step: number;
  readonly epoch?: number;
  readonly epochs?: number;
  readonly imagesPerEpoch?: number;
  /** 0 ... 1. */
  readonly progress?: number;
  readonly etaSeconds?: number;
  readonly imagesPerSecond?: number;
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  /** Newest value of every scalar, and the lowest one (of `psnr` and `ssim` the highest). NaN is null. */
  readonly last: Readonly<Record<string, number | null>>;
  readonly best: Readonly<Record<string, BestValue>>;
  /** The newest thing that wants attention, NaN among them. */
  readonly alert?: Pick<Mark, 'kind' | 'step' | 'wall' | 'label'>;
  /** Tags of scalars in the order of their names; likewise of images. */
  readonly scalars: readonly string[];
  readonly images: readonly string[];
  readonly annotations: Annotations;
  /** Damaged files, two writers, a folder that vanished: shown with the run. */
  readonly problems: readonly string[];
  /** Still being read for the first time: 0 ... 1. Absent when all has been read. */
  readonly reading?: number;
  /** Changes whenever anything above does. */
  readonly revision: number;
}

/** A place on the axis of steps at which something happened. */
export interface Mark {
  readonly kind: 'resume' | 'checkpoint' | 'nan' | 'alert';
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** `latest, 5` for a checkpoint, the tag of the scalar for NaN, the text of an alert. */
  readonly label: string;
}

/** The steps at which images of one tag were kept. */
export interface ImageSteps {
  readonly tag: string;
  readonly steps: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** All that is known of one run. */
export interface RunDetail {
  readonly summary: RunSummary;
  readonly sessions: readonly RunSession[];
  readonly networks: readonly NetworkRecord[];
  readonly marks: readonly Mark[];
  readonly imageSteps: readonly ImageSteps[];
  /** The tags of histograms, in the order of their names. */
  readonly histograms: readonly string[];
  readonly texts: readonly { readonly tag: string; readonly step: number; readonly text: string }[];
  /** `pix2pix train --name ... --continue_train`; absent where another program wrote the run. */
  readonly resumeCommand?: string;
}

/** A file of a run's folder. */
export interface RunFile {
  /** Relative to the run's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}
