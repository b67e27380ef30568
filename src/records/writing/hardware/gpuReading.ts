/** The use of one GPU at one time, by all processes. What is not told is undefined. */
export interface GpuReading {
  readonly name: string;
  /** Percent of the time in which it computes. */
  readonly utilization?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Of its whole memory. */
  readonly totalBytes?: number | undefined;
}
