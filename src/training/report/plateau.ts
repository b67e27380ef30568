import type { TrackPoint } from '../../records/writing/tracker.js';

/** Notices when validation has stopped to become better. */
export class Plateau {
  private best = Number.POSITIVE_INFINITY;
  private since: TrackPoint | undefined;
  private worse = 0;

  /** @param patience validations without a better L1 after which it is one; 0: never */
  constructor(private readonly patience: number) {}

  /** @returns what a person is told, once for each plateau */
  validated(at: TrackPoint, l1: number): string | undefined {
    if (l1 < this.best) {
      [this.best, this.since, this.worse] = [l1, at, 0];
      return undefined;
    }
    this.worse++;
    if (this.patience === 0 || this.worse !== this.patience) return undefined;
    const since = this.since === undefined ? '' : ` of epoch ${this.since.epoch}`;
    return `plateau: in ${this.worse} validations val/L1 was not below the ${this.best.toPrecision(4)}${since}`;
  }
}
