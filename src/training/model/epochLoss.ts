/** Sum and count of a loss over an epoch. */
export interface LossSum {
  readonly sum: number;
  readonly count: number;
}

const NOTHING: LossSum = { sum: 0, count: 0 };

/** The mean of a loss over the epoch under way, from losses that may still be on their way from the device. */
export class EpochLoss {
  private total: Promise<LossSum> = Promise.resolve(NOTHING);

  add(loss: Promise<number>): void {
    const before = this.total;
    this.total = Promise.all([before, loss]).then(([{ sum, count }, value]) => ({
      sum: sum + value,
      count: count + 1,
    }));
    this.total.catch(() => {}); // told to whoever asks for it
  }

  /** Of all that has been added. */
  soFar(): Promise<LossSum> {
    return this.total;
  }

  /** Undefined where nothing was added. */
  async mean(): Promise<number | undefined> {
    const { sum, count } = await this.total;
    return count === 0 ? undefined : sum / count;
  }

  restart(from: LossSum = NOTHING): void {
    this.total = Promise.resolve(from);
  }
}
