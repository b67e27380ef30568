/** How far a long job has come, for the code that shows it. */
export interface Progress {
  /** The unit of `done` and `total`. */
  readonly unit: 'images' | 'bytes' | 'files' | 'steps' | 'layers' | 'tiles';
  readonly done: number;
  /** Absent where it is not known, as with a server that sends no length. */
  readonly total?: number;
  /** One phrase: 'drawing', 'downloading', 'unpacking'. */
  readonly stage: string;
}

/** Told now and then how far a job has come. */
export type OnProgress = (progress: Progress) => void;
