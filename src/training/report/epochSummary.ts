import { formatClock } from '../../base/duration.js';
import { inWords } from '../../data/metrics/metrics.js';
import type { ValidationResult } from '../validation/validate.js';
import type { StepReport, TrainingEvent } from './trainingEvents.js';

/** The share of a step's time for which images may be waited without a word about it. */
const WORTH_SAYING = 0.02;

/**
 * The figures of an epoch, in one line whose columns are aligned:
 *
 *     epoch   3/200  G_GAN  0.913  G_L1 28.114  D_real  0.512  D_fake  0.491  lr 2.00e-4  1.63 images/s  4:05
 *     epoch   4/200  ...  lr 2.00e-4  1.63 images/s  4:05  val L1 0.1034  PSNR 15.20 dB  SSIM 0.4031
 *
 * Losses are means over the steps that this session made of it. Where more than a fiftieth of their time went by waiting for
 * images, that is said: `1.02 images/s  waiting 37 %`.
 */
export class EpochSummary {
  private sums = new Map<string, number>();
  private steps = 0;
  private seconds = 0;
  private waiting = 0;
  private images = 0;
  private validation: ValidationResult | undefined;
  private lastStep: number | undefined;

  constructor(private readonly epochs: number) {}

  step({ at, losses, time }: StepReport): void {
    for (const name of Object.keys(losses)) this.sums.set(name, (this.sums.get(name) ?? 0) + losses[name]);
    this.steps++;
    const images = at.step - (this.lastStep ?? at.step - 1);
    this.lastStep = at.step;
    this.images += images;
    this.seconds += images * (time.computeSeconds + time.dataSeconds);
    this.waiting += images * time.dataSeconds;
  }

  validated(result: ValidationResult): void {
    this.validation = result;
  }

  /** The line, and a new beginning for the next epoch. */
  end({ at, seconds, learningRate }: Extract<TrainingEvent, { kind: 'epochEnded' }>): string {
    const width = String(this.epochs).length;
    const means = [...this.sums].map(([name, sum]) => `${name} ${(sum / this.steps).toFixed(3).padStart(6)}`);
    const waiting = this.waiting / this.seconds;
    const parts = [
      `epoch ${String(at.epoch).padStart(width)}/${this.epochs}`,
      ...means,
      `lr ${learningRate.before.toExponential(2)}`,
      ...(this.images > 0 ? [`${(this.images / this.seconds).toFixed(2)} images/s`] : []),
      ...(waiting > WORTH_SAYING ? [`waiting ${Math.round(100 * waiting)} %`] : []),
      formatClock(seconds),
    ];
    if (this.validation !== undefined) {
      parts.push(`val ${inWords(this.validation.measures)}`);
    }
    this.sums.clear();
    this.steps = 0;
    this.images = 0;
    this.seconds = 0;
    this.waiting = 0;
    this.validation = undefined;
    return parts.join('  ');
  }
}
