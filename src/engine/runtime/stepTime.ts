/** Milliseconds that a run of a program is predicted to take. */
export interface StepTime {
  readonly convolutions: number;
  readonly others: number;
  readonly optimisers: number;
  readonly total: number;
}

/** Who is told while a prediction times layers. */
export interface PredictOptions {
  /** As in `CompileOptions`. */
  readonly onTuning?: (layers: number) => void;
  readonly progress?: (done: number, total: number) => void;
}
