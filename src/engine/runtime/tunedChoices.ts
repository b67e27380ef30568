/** Choices of one device, by key. */
export type TunedChoices = Readonly<Record<string, unknown>>;

/**
 * Keeps a device's tuned choices from one process to the next: a file in Node, the browser's storage in a page.
 */
export interface TunedChoicesStore {
  /** The choices kept for a device. Anyone may have written them: the reader checks them. */
  read(fingerprint: string): Promise<TunedChoices>;
  /**
   * Adds choices to those of others. What is there already stays, so that processes that tune at the same time go on
   * with the same choices.
   *
   * @returns all that are kept for the device now; undefined: nothing can be kept
   */
  add(fingerprint: string, choices: TunedChoices): Promise<TunedChoices | undefined>;
}

/**
 * The algorithm by which each layer of a training computes, by the layer's key. Algorithms round differently: where they
 * are the same, so is every bit of the result.
 */
export interface DecidedAlgorithms {
  /** Of the device: on another they say nothing. */
  readonly fingerprint: string;
  readonly algorithms: Readonly<Record<string, string>>;
}
