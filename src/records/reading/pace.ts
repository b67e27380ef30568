/** The time over which the rate is measured, in ms, and the most samples of it. */
const SPAN = 120_000;
const MAX_SAMPLES = 64;

/** How fast a run goes, from recent samples of its progress. */
export class Pace {
  private samples: { readonly step: number; readonly wall: number }[] = [];

  /** @param wall of the newest event that shows progress, in milliseconds since 1970 */
  see(step: number, wall: number | undefined): void {
    const last = this.samples.at(-1);
    if (wall === undefined || wall === last?.wall) return;
    if (last !== undefined && step < last.step) this.samples = [];
    this.samples.push({ step, wall });
    while (
      this.samples.length > MAX_SAMPLES ||
      (this.samples.length > 2 && wall - this.samples[0].wall > SPAN)
    ) {
      this.samples.shift();
    }
  }

  /** Images a second; undefined until it has been seen to move. */
  get stepsPerSecond(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.wall <= first.wall) return undefined;
    return ((last.step - first.step) * 1000) / (last.wall - first.wall);
  }
}
