import { placeOf } from '../divergence.js';
import { requireFiniteLosses } from '../model/finiteLosses.js';
import type { Model } from '../model/model.js';
import type { StepReport, TrainingEvent } from './trainingEvents.js';

/** A step that has been made; its losses may still be on their way from the device. */
type MadeStep = Omit<StepReport, 'losses'>;

/**
 * Tells of every step when its losses are there, in the order of the steps. On a device that works ahead that is some
 * steps later, so that no step waits for the losses of one before.
 */
export class StepReports {
  /** Those that have not been told, the oldest first. */
  private readonly underWay: (() => Promise<void>)[] = [];

  constructor(
    private readonly model: Model,
    private readonly emit: (event: TrainingEvent) => void,
  ) {}

  /**
   * Takes the step that the model has just made.
   * @throws Pix2PixError when a loss of it, or of one before, is no number; and what the device throws
   */
  async add(made: MadeStep): Promise<void> {
    const { model } = this;
    const place = placeOf(model, made.at);
    const losses = model.getCurrentLosses();
    losses.catch(() => {}); // thrown to whoever waits for the step
    this.underWay.push(async () => this.tell({ ...made, losses: await losses }, place));
    while (this.underWay.length > model.device.runsAhead) await this.tellOldest();
  }

  /** Waits until all have been told: before anything that rests on their losses, or is told after them. Throws as `add`. */
  async settle(): Promise<void> {
    while (this.underWay.length > 0) await this.tellOldest();
  }

  private async tellOldest(): Promise<void> {
    await this.underWay.shift()?.();
  }

  private tell(report: StepReport, place: ReturnType<typeof placeOf>): void {
    requireFiniteLosses(report.losses, place, () => this.emit({ kind: 'diverged', report }));
    this.emit({ kind: 'step', report });
  }
}
