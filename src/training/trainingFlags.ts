const [STOP, SAVE, WAITS] = [0, 1, 2];

/** Requests to a training while it runs, and whether it waits, in memory that its thread shares with the one that asks. */
export class TrainingFlags {
  /** @param memory of the flags that another thread has made */
  constructor(readonly memory: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(12))) {}

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

  /** The training begins to wait for other processes. */
  beginWait(): void {
    Atomics.add(this.memory, WAITS, 1);
  }

  endWait(): void {
    Atomics.add(this.memory, WAITS, 1);
  }

  /** The number of the wait under way, another one each time; undefined while it does not wait. */
  get wait(): number | undefined {
    const count = Atomics.load(this.memory, WAITS);
    return count % 2 === 1 ? count : undefined;
  }
}
