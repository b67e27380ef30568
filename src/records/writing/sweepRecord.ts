import type { OptionScalar } from '../../options/spec.js';

/** The file that makes a folder of runs a sweep: beside it lie the runs, each in a folder of its own. */
export const SWEEP_FILE = 'sweep.json';

/** The content of `sweep.json`. */
export interface SweepRecord {
  readonly format: 1;
  readonly method: 'grid' | 'random';
  /** The tag of the scalar by which runs are judged. */
  readonly metric: string;
  /** Options that all runs share, by their flags. */
  readonly options: Readonly<Record<string, OptionScalar>>;
  /** Flags in which the runs differ; `seed` is one of them where each is trained with several seeds. */
  readonly varied: readonly string[];
  /** All runs, in the order in which they are trained. */
  readonly runs: readonly SweepRun[];
}

/** A run of a sweep. */
export interface SweepRun {
  /** Its folder within the sweep's, made of what is special about it: `lr=0.0001,seed=1`. */
  readonly name: string;
  readonly options: Readonly<Record<string, OptionScalar>>;
}
