import { isBetter, type MetricName } from '../data/metrics/metrics.js';

/** An image among those that are shown: its value, and its pictures as files. */
export interface Extreme {
  readonly name: string;
  readonly value: number;
  readonly pictures: readonly {
    readonly label: string;
    readonly file: string;
    readonly width: number;
    readonly height: number;
  }[];
}

/** The best and the worst images of a subject, the most extreme first. */
export interface Extremes {
  readonly best: Extreme[];
  readonly worst: Extreme[];
}

/** Keeps the best and the worst of what comes, so many of each. */
export class ExtremeImages<T extends { readonly value: number }> {
  readonly best: T[] = [];
  readonly worst: T[] = [];

  constructor(
    private readonly metric: MetricName,
    private readonly most: number,
  ) {}

  /** Whether an image of this value would be kept. */
  wouldKeep(value: number): boolean {
    return (
      this.placeAmong(this.best, value, true) < this.most ||
      this.placeAmong(this.worst, value, false) < this.most
    );
  }

  add(image: T): void {
    for (const [list, wantsBest] of [
      [this.best, true],
      [this.worst, false],
    ] as const) {
      list.splice(this.placeAmong(list, image.value, wantsBest), 0, image);
      list.splice(this.most);
    }
  }

  /** Of those that came first of equal ones, the first stay first. */
  private placeAmong(list: readonly T[], value: number, wantsBest: boolean): number {
    const isBefore = (other: T) =>
      wantsBest ? isBetter(this.metric, value, other.value) : isBetter(this.metric, other.value, value);
    const place = list.findIndex(isBefore);
    return place < 0 ? list.length : place;
  }
}
