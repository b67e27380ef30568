/**
 * Processes that compute a training together, each with a part of every batch, as a device sees them: the gradients and
 * statistics of the whole batch are sums over all of them.
 */
export interface Collective {
  /** Of this process, 0 ... size - 1. */
  readonly rank: number;
  readonly size: number;
  /**
   * Puts the sum over all processes in the place of each array, with the same bits everywhere. Returns when that is done;
   * every process must call it with as many arrays of the same lengths, in the same order.
   *
   * @throws Error when the processes cannot be reached
   */
  sum(arrays: readonly Float32Array[]): void;
}
