import type { EventSink } from './eventWire.js';

/** From this step on, what stands before this place is to be forgotten. */
export interface Purge {
  readonly place: number;
  readonly step: number;
}

/** Further ones are ignored: no run is continued so often. */
const MAX_PURGES = 4096;

/** The steps that a run's sessions ask readers to forget: for each place in its log, from which step on. */
export class Purges {
  /**
   * Places ascend, and so do steps: a purge followed by one from a lower step says nothing that the later does not say.
   * So of those after a place, the first one counts.
   */
  private purges: Purge[] = [];

  /** @returns whether that is news: false for what was known already */
  add(step: number, place: number): boolean {
    if (this.purges.some((known) => known.place >= place && known.step <= step)) return false;
    if (this.purges.length >= MAX_PURGES) return false;
    const others = this.purges.filter((known) => known.place > place || known.step < step);
    this.purges = [...others, { step, place }].sort((a, b) => a.place - b.place);
    return true;
  }

  isForgotten(step: number, place: number): boolean {
    const { purges } = this;
    if (purges.length === 0 || place >= purges[purges.length - 1].place) return false;
    let [low, high] = [0, purges.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (purges[middle].place > place) high = middle;
      else low = middle + 1;
    }
    return step >= purges[low].step;
  }

  clear(): void {
    this.purges = [];
  }

  /** Plain data, to be kept; `restore` takes it. */
  state(): readonly Purge[] {
    return this.purges;
  }

  restore(purges: readonly Purge[]): void {
    this.purges = [...purges];
  }
}

/** Passes on what is not to be forgotten. */
export class PurgeFilter implements EventSink {
  constructor(
    private readonly sink: EventSink,
    private readonly purges: Purges,
    private readonly onNew: (step: number) => void = () => {},
  ) {}

  scalar: EventSink['scalar'] = (tag, step, wall, value, place) => {
    if (!this.purges.isForgotten(step, place)) this.sink.scalar(tag, step, wall, value, place);
  };

  image: EventSink['image'] = (tag, step, wall, width, height, place) => {
    if (!this.purges.isForgotten(step, place)) this.sink.image(tag, step, wall, width, height, place);
  };

  histogram: EventSink['histogram'] = (tag, step, wall, place) => {
    if (!this.purges.isForgotten(step, place)) this.sink.histogram(tag, step, wall, place);
  };

  text: EventSink['text'] = (tag, step, wall, text, place) => {
    if (!this.purges.isForgotten(step, place)) this.sink.text(tag, step, wall, text, place);
  };

  hparams: EventSink['hparams'] = (content) => this.sink.hparams(content);

  sessionStart: EventSink['sessionStart'] = (step, place) => {
    if (this.purges.add(step, place)) this.onNew(step);
  };
}
