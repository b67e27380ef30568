import { type HeldLock, keepRunLock, LOCK_RETAKEN, LockLost } from '../checkpoints/runLock.js';
import type { TrainingFlags } from './trainingFlags.js';

/** Milliseconds between two looks. */
const INTERVAL = 500;

/**
 * Watches over the lock of a training. One that somebody removes is taken again, before another training starts in the same
 * folder. Where one has, this one has to stop, and writes there no more: the folder is the other's.
 */
export class LockWatch {
  /** The error that the training ends with. */
  lost: LockLost | undefined;
  private readonly timer: NodeJS.Timeout;

  /** @param warn is told when the lock had to be taken again */
  constructor(
    private readonly lock: HeldLock,
    private readonly flags: TrainingFlags,
    private readonly warn: (text: string) => void,
  ) {
    this.timer = setInterval(() => this.look(), INTERVAL).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    try {
      if (keepRunLock(this.lock)) this.warn(LOCK_RETAKEN);
    } catch (error) {
      if (!(error instanceof LockLost)) return; // it cannot be looked at for now: the next look, or a save, tells
      this.lost = error;
      this.flags.askToStop();
      this.end();
    }
  }
}
