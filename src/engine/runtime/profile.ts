/** One node of a compiled program in the runs of a profile. */
export interface NodeTime {
  /** `scope.op/operator` where it stems from an op of the program; what the library put in has a name of its own. */
  readonly name: string;
  /** What executes it: the ONNX operator, such as Conv. */
  readonly operator: string;
  /** Milliseconds of each run, in order. */
  readonly milliseconds: readonly number[];
}

/** Where the time of programs' runs went. */
export interface Profile {
  /** In the order in which they first ran. */
  readonly nodes: readonly NodeTime[];
  /** Milliseconds of each optimiser in each run, by name. */
  readonly updates: ReadonlyMap<string, readonly number[]>;
}
