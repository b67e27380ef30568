import type { StepTime } from '../../records/writing/tracker.js';

/** Measures where the time of a training goes: computing steps, and waiting for their data. */
export class StepClock {
  private computed = 0;
  /** The data set's waiting that a step has been charged with already. */
  private charged = 0;

  /** @param dataset counts the milliseconds that its consumer has waited so far */
  constructor(private readonly dataset: { readonly waitedMs: number }) {}

  /** Runs a step. @returns what it took and what its data took to come, per image */
  async time(images: number, step: () => Promise<void>): Promise<StepTime> {
    const waited = this.dataset.waitedMs - this.charged;
    this.charged = this.dataset.waitedMs;
    const started = performance.now();
    await step();
    const computed = performance.now() - started;
    this.computed += computed;
    return { computeSeconds: computed / 1000 / images, dataSeconds: waited / 1000 / images };
  }

  /** Milliseconds spent in steps, and waiting for data, so far. */
  get totals(): { readonly stepMilliseconds: number; readonly waitedMilliseconds: number } {
    return { stepMilliseconds: this.computed, waitedMilliseconds: this.dataset.waitedMs };
  }
}
