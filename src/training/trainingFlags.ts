const [STOP, SAVE] = [0, 1];

/** Requests to a training while it runs, in memory that its thread shares with the one that asks. */
export class TrainingFlags {
  /** @param memory of the flags that another thread has made */
  constructor(readonly memory: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(8))) {}

  /** To finish the step, save and end. It cannot be taken back. */
  askToStop(): void {
    Atomics.store(this.memory, STOP, 1);
  }

  /** To save `latest` after the step and go on. */
  askToSave(): void {
    Atomics.store(this.memory, SAVE, 1);
  }

  shouldStop(): boolean {
    return Atomics.load(this.memory, STOP) !== 0;
  }

  /** Whether it was asked to save since the last call. */
  takeSave(): boolean {
    return Atomics.exchange(this.memory, SAVE, 0) !== 0;
  }
}
