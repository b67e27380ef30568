import type { Scalars } from '../../records/writing/tracker.js';
import type { StepReport } from './trainingEvents.js';

/** How the time of the steps between two samples was spent. */
export class StepTimes {
  private lastStep: number | undefined;
  private images = 0;
  private computing = 0;
  private waiting = 0;

  step({ at, time }: StepReport): void {
    const images = at.step - (this.lastStep ?? at.step - 1);
    this.lastStep = at.step;
    this.images += images;
    this.computing += images * time.computeSeconds;
    this.waiting += images * time.dataSeconds;
  }

  /** Nothing where there was no step. Time between steps, such as that of a validation, does not count. */
  take(): Scalars {
    const { images, computing, waiting } = this;
    this.images = 0;
    this.computing = 0;
    this.waiting = 0;
    const seconds = computing + waiting;
    if (images === 0 || seconds === 0) return {};
    return {
      'time/images_per_second': images / seconds,
      'time/data': waiting / images,
      'time/data_wait_percent': (100 * waiting) / seconds,
    };
  }
}
