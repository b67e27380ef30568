/** What ranks have to be able to do with each other; all else is made of it. Every rank has to call the same, in order. */
export interface Communicator {
  readonly rank: number;
  readonly size: number;
  /** Puts the sum over all ranks in the array's place. */
  sum(array: Float32Array): void;
  /** Puts the bytes of rank `root` in the array's place. */
  broadcast(bytes: Uint8Array, root: number): void;
  /** Ends the connection in order. */
  close(): void;
}
