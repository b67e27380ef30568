/** How far back the rate looks, in ms, and with how many looks at most. */
const SPAN = 120_000;
const MAX_LOOKS = 64;

/** How fast a run goes, from what was seen of it lately. */
export class Pace {
  private looks: { readonly step: number; readonly wall: number }[] = [];

  /** @param wall of the newest event that shows progress, in milliseconds since 1970 */
  see(step: number, wall: number | undefined): void {
    const last = this.looks.at(-1);
    if (wall === undefined || wall === last?.wall) return;
    if (last !== undefined && step < last.step) this.looks = [];
    this.looks.push({ step, wall });
    while (this.looks.length > MAX_LOOKS || (this.looks.length > 2 && wall - this.looks[0].wall > SPAN)) {
      this.looks.shift();
    }
  }

  /** Images a second; undefined until it has been seen to move. */
  get stepsPerSecond(): number | undefined {
    const [first, last] = [this.looks[0], this.looks.at(-1)];
    if (first === undefined || last === undefined || last.wall <= first.wall) return undefined;
    return ((last.step - first.step) * 1000) / (last.wall - first.wall);
  }
}
