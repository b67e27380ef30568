import { isBetter, type Measures, type MetricName, showMeasure } from '../../data/metrics/metrics.js';

/** The best validation so far: what the checkpoint `best` is of, and has to be beaten. Plain data, kept in checkpoints. */
export interface BestValidation {
  /** That of `--save_best`. */
  readonly metric: MetricName;
  readonly value: number;
  readonly epoch: number;
  /** Validations since then, none of them better. */
  readonly since: number;
}

/** Follows which validation is the best one, for `--save_best` and `--early_stop`. */
export class BestSoFar {
  /** @param best of the sessions before; one of another metric is nothing to compare with */
  constructor(
    private readonly metric: MetricName,
    private best: BestValidation | undefined,
  ) {
    if (best?.metric !== metric) this.best = undefined;
  }

  get state(): BestValidation | undefined {
    return this.best;
  }

  /** Takes up a validation; true: it is the best one. */
  add({ measures }: { readonly measures: Measures }, epoch: number): boolean {
    const { metric, best } = this;
    const value = measures[metric];
    const isBest = isBetter(metric, value, best?.value);
    if (isBest) this.best = { metric, value: value!, epoch, since: 0 };
    else if (best !== undefined) this.best = { ...best, since: best.since + 1 };
    return isBest;
  }

  /** Why training is over, when there were so many validations since the best one; 0: it never is. */
  reasonToEnd(patience: number): string | undefined {
    const { best } = this;
    if (patience === 0 || best === undefined || best.since < patience) return undefined;
    const { metric, value, epoch, since } = best;
    const times = since === 1 ? 'one validation' : `${since} validations`;
    return `early stop: in ${times} ${metric} was not better than the ${showMeasure(metric, value)} of epoch ${epoch}`;
  }
}
