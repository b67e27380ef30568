import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** The choices of `--lr_policy`; see `Schedule`. */
export type LearningRatePolicy = 'linear' | 'step' | 'plateau' | 'cosine';

/** The options that a learning rate depends on. */
export interface ScheduleOptions {
  readonly lr: number;
  readonly lrPolicy: LearningRatePolicy;
  /** The epoch in which training starts, from 1. */
  readonly epochCount: number;
  readonly nEpochs: number;
  readonly nEpochsDecay: number;
  readonly lrDecayIters: number;
}

/** Everything that a schedule remembers; JSON, except that `best` starts as Infinity. */
export interface ScheduleState {
  /** The epoch that the run began with (`--epoch_count`), which linear counts from. */
  firstEpoch: number;
  /** Epochs that have ended since the schedule began. */
  epochs: number;
  /** plateau: the current rate, the best metric and for how many epochs it has not been beaten. */
  rate: number;
  best: number;
  badEpochs: number;
}

/**
 * ReduceLROnPlateau as the reference sets it up: a fifth, after more than 5 epochs without 1 % of improvement; a cut by
 * no more than PyTorch's `eps` is not made.
 */
const PLATEAU = { factor: 0.2, threshold: 0.01, patience: 5, eps: 1e-8 };
/** StepLR as the reference sets it up. */
const STEP_FACTOR = 0.1;

/**
 * The learning rate over the epochs (the reference's `get_scheduler`, models/networks.py), in PyTorch's terms:
 *
 * - linear: constant for n_epochs, then falling to zero over n_epochs_decay more
 * - step: a tenth every lr_decay_iters epochs
 * - plateau: a fifth when the metric has not improved for a while
 * - cosine: half a cosine from lr to zero over n_epochs, and back up over as many of n_epochs_decay
 */
export class Schedule {
  readonly state: ScheduleState;

  /** @throws Pix2PixError when a cosine has no epochs to fall in */
  constructor(private readonly options: ScheduleOptions) {
    const { lr, lrPolicy, epochCount, nEpochs } = options;
    if (lrPolicy === 'cosine' && nEpochs === 0) {
      throw new Pix2PixError(
        '--lr_policy cosine has no epochs to fall in',
        { n_epochs: nEpochs },
        'pass --n_epochs 1 or more: cosine falls to zero within them',
      );
    }
    this.state = {
      firstEpoch: epochCount,
      epochs: 0,
      rate: lr,
      best: Number.POSITIVE_INFINITY,
      badEpochs: 0,
    };
  }

  /** The learning rate of the epoch under way. */
  get learningRate(): number {
    return this.rateNow();
  }

  /**
   * Ends an epoch.
   * @param metric what plateau watches, the smaller the better; null where nothing was measured in this epoch, which
   * it then passes over. The other policies need none.
   * @throws Pix2PixError when plateau is given none
   */
  endEpoch(metric?: number | null): void {
    this.state.epochs++;
    if (this.options.lrPolicy !== 'plateau' || metric === null) return;
    if (metric === undefined || Number.isNaN(metric)) {
      throw new Pix2PixError(
        'lr_policy plateau has no metric to watch',
        { metric: String(metric) },
        'pass the validation loss to updateLearningRate, or choose --lr_policy linear',
      );
    }
    this.watch(metric);
  }

  /** Continues where another schedule of the same options stood. */
  restore(state: ScheduleState): void {
    Object.assign(this.state, state);
  }

  /** Continues after `epochs` epochs of which nothing else is known: plateau starts at the full rate. */
  skip(epochs: number): void {
    Object.assign(this.state, { firstEpoch: 1, epochs });
  }

  private watch(metric: number): void {
    const { state } = this;
    if (metric < state.best * (1 - PLATEAU.threshold)) {
      state.best = metric;
      state.badEpochs = 0;
    } else {
      state.badEpochs++;
    }
    if (state.badEpochs > PLATEAU.patience) {
      const reduced = state.rate * PLATEAU.factor;
      if (state.rate - reduced > PLATEAU.eps) state.rate = reduced;
      state.badEpochs = 0;
    }
  }

  private rateNow(): number {
    const { lr, lrPolicy, nEpochs, nEpochsDecay, lrDecayIters } = this.options;
    const { firstEpoch, epochs, rate } = this.state;
    switch (lrPolicy) {
      case 'linear':
        return lr * (1 - Math.max(0, epochs + firstEpoch - nEpochs) / (nEpochsDecay + 1));
      case 'step':
        return lr * STEP_FACTOR ** Math.floor(epochs / lrDecayIters);
      case 'cosine':
        return (lr * (1 + Math.cos((Math.PI * epochs) / nEpochs))) / 2;
      case 'plateau':
        return rate;
    }
  }
}

/** A model that only tests has a schedule too, which nobody asks. */
export const SCHEDULE_OF_A_TEST = {
  lr: 0,
  lrPolicy: 'linear',
  epochCount: 1,
  nEpochs: 1,
  nEpochsDecay: 0,
  lrDecayIters: 1,
} as const;
