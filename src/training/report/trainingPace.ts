import type { StepReport } from './trainingEvents.js';

/** How far the shown rate looks back: weight of the newest step, once there have been some. */
const SMOOTHING = 0.1;

/** How fast a training goes, smoothed over its last steps. */
export class TrainingPace {
  private secondsPerImage = 0;
  private steps = 0;

  /** Takes note of a step. */
  step({ time }: StepReport): void {
    // The first step compiles its program, which says nothing about those to come: the second one replaces it.
    const weight = Math.max(SMOOTHING, 1 / Math.max(1, this.steps++));
    this.secondsPerImage += weight * (time.computeSeconds + time.dataSeconds - this.secondsPerImage);
  }

  get imagesPerSecond(): number {
    return 1 / this.secondsPerImage;
  }

  /** Until so many images have been trained on. */
  secondsFor(images: number): number {
    return images * this.secondsPerImage;
  }
}
