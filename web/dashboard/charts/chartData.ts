import { type Signal, signal } from '@preact/signals';
import type { RunSummary, Series } from '../../../src/server/api.js';
import type { DataSource } from '../source.js';
import type { Range } from './xValues.js';

/** Between two requests of one chart. */
const PAUSE_MILLISECONDS = 1000;
/** All lines of a chart together have about so many points. */
const POINTS_OF_CHART = 12_000;

/** What one chart draws: a scalar of some runs, asked for again where a run has gone on. */
export class ChartData {
  /** By run. */
  readonly series: Signal<ReadonlyMap<string, Series>> = signal(new Map());
  /** The zoomed stretch in full detail; undefined until it has arrived, and without zoom. */
  readonly detail: Signal<ReadonlyMap<string, Series> | undefined> = signal(undefined);
  readonly failure: Signal<unknown> = signal(undefined);
  private readonly revisions = new Map<string, number>();
  private detailKey = '';
  private isBusy = false;
  private wanted: { runs: readonly RunSummary[]; range?: Range } | undefined;

  constructor(
    private readonly source: DataSource,
    private readonly tag: string,
  ) {}

  /** Says what is looked at now: these runs, and these steps of them where the chart is zoomed. */
  want(runs: readonly RunSummary[], range?: Range): void {
    this.wanted = { runs: runs.filter(({ scalars }) => scalars.includes(this.tag)), range };
    if (range === undefined) {
      this.detail.value = undefined;
      this.detailKey = '';
    }
    if (!this.isBusy) void this.fetch();
  }

  /** One request at a time, so that a slow server is not asked for more than it gives. */
  private async fetch(): Promise<void> {
    this.isBusy = true;
    while (this.wanted !== undefined) {
      const { runs, range } = this.wanted;
      this.wanted = undefined;
      try {
        const asked = [await this.fetchSeries(runs), await this.fetchDetail(runs, range)];
        this.failure.value = undefined;
        if (asked.includes(true)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      } catch (error) {
        this.failure.value = error;
      }
    }
    this.isBusy = false;
  }

  private async fetchSeries(runs: readonly RunSummary[]): Promise<boolean> {
    const changed = runs.filter(({ id, revision }) => this.revisions.get(id) !== revision);
    if (changed.length === 0) return false;
    const found = await this.source.series(this.query(changed, runs.length));
    const next = new Map(this.series.peek());
    for (const one of found) next.set(one.run, one);
    this.series.value = next;
    for (const { id, revision } of changed) this.revisions.set(id, revision);
    return true;
  }

  private async fetchDetail(runs: readonly RunSummary[], range: Range | undefined): Promise<boolean> {
    const key = JSON.stringify([range, runs.map(({ id, revision }) => [id, revision])]);
    const isThinned = runs.some(({ id }) => this.series.peek().get(id)?.isExact === false);
    if (range === undefined || key === this.detailKey || !isThinned) return false;
    const { min: fromStep, max: toStep } = range;
    const found = await this.source.series({ ...this.query(runs, runs.length), fromStep, toStep });
    if (this.wanted?.range !== undefined || this.wanted === undefined) {
      this.detail.value = new Map(found.map((one) => [one.run, one]));
      this.detailKey = key;
    }
    return true;
  }

  private query(runs: readonly RunSummary[], shown: number) {
    const points = Math.min(1000, Math.max(100, Math.round(POINTS_OF_CHART / shown)));
    return { runs: runs.map(({ id }) => id), tags: [this.tag], points };
  }
}
