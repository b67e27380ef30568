/** One node of a compiled program in the runs of a profile. */
export interface NodeTime {
  /**
   * `scope.op/operator` where it stems from an op of the program; nodes that the library inserted have names of their
   * own.
   */
  readonly name: string;
  /** The operator that executes it: ONNX's, such as Conv. */
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
