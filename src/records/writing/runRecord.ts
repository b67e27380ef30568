import type { OptionScalar } from '../../options/spec.js';

/**
 * The file in a run's folder that says what the run is: all of its sessions, oldest first. Event files have its
 * results.
 */
export const RUN_RECORD_FILE = 'run.json';

/** The content of `run.json`. */
export interface RunRecord {
  readonly format: 1;
  /** A run that is continued has a session for each time that it was started. */
  readonly sessions: readonly RunSession[];
}

/** One call of a training: what was asked for, where it ran, and how it ended. */
export interface RunSession {
  /** Random; what `resumedFrom` points to. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Absent while it runs, and after a crash that left no time to write it. */
  readonly exit?: RunExit;
  /** The words after `pix2pix`; empty where a program called the library. */
  readonly commandLine: readonly string[];
  readonly workingDirectory: string;
  /** All options by the names of their flags, without dashes. */
  readonly options: Readonly<Record<string, OptionScalar>>;
  /** Flags of those that were given, not left to their defaults. */
  readonly given: readonly string[];
  readonly seed: number;
  /** Of the folder that the training was started in, where that is a git repository. */
  readonly git?: { readonly commit: string; readonly branch?: string; readonly isDirty: boolean };
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: MachineRecord;
  readonly process: { readonly pid: number; readonly start?: string; readonly boot?: string };
  /** What computes, as `--device` names it, which `auto` leaves open until the training begins. */
  readonly device?: { readonly name: string; readonly adapter?: string };
  readonly dataset?: DatasetRecord;
  /** Where the session went on. `session` is the one that had written the checkpoint, if it is known. */
  readonly resumedFrom?: { readonly session?: string; readonly epoch: number; readonly step: number };
  readonly plan?: RunPlan;
  readonly networks?: readonly NetworkRecord[];
}

/** How a session ended. */
export interface RunExit {
  readonly reason: 'finished' | 'stopped' | 'max_steps' | 'failed';
  /** The error's message, for `failed`. */
  readonly message?: string;
}

/** What a session ran on. */
export interface MachineRecord {
  readonly host: string;
  /** `linux x64`, and the release of the system. */
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly gpus: readonly string[];
}

/** Identifies a data set, so that runs on another one can be recognised. */
export interface DatasetRecord {
  readonly root: string;
  readonly phase: string;
  /** Samples in an epoch. */
  readonly samples: number;
  /** SHA-256, in hexadecimal, of what `fingerprintOf` says. Absent for data sets that are no folders of files. */
  readonly fingerprint?: string;
  /** The data that were hashed, in words: `names and sizes of 400 files`. */
  readonly fingerprintOf?: string;
}

/** How far the run is meant to go. Steps are images since the start of the run, as in `TrackPoint`. */
export interface RunPlan {
  readonly imagesPerEpoch: number;
  readonly epochs: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

/** A network of the model. */
export interface NetworkRecord {
  readonly name: string;
  readonly parameters: number;
  readonly note?: string;
  readonly layers: readonly LayerRecord[];
}

/** A layer of a network that has parameters or other states. */
export interface LayerRecord {
  /** `model.model.1.model.3`. */
  readonly name: string;
  /** `weight f32[64,3,4,4]`, one for each of its tensors. */
  readonly tensors: readonly string[];
  readonly parameters: number;
}
