import { type Signal, signal } from '@preact/signals';
import type { RunSummary, Series } from '../../../src/records/dashboard/api.js';
import type { SeriesQuery } from '../../../src/records/reading/series.js';
import type { DataSource } from '../source.js';
import type { Range } from './xValues.js';

/** Between two requests of one chart. */
const PAUSE_MILLISECONDS = 1000;
/** All lines of a chart together have about so many points. */
const POINTS_OF_CHART = 12_000;

/** The part of the runs that is zoomed into. */
export interface Closeup {
  /**
   * The stretch that the person has chosen: as long as it stays the same, only runs that have progressed are asked for
   * again.
   */
  readonly zoom: Range;
  /** The steps that it covers now. */
  readonly steps: Range;
}

/** The data of one chart: a scalar of some runs, asked for again where a run has progressed. */
export class ChartData {
  /** By run, from the first point to the last. */
  readonly whole: Signal<ReadonlyMap<string, Series>> = signal(new Map());
  /** The zoomed stretch in full detail; undefined until it has arrived, and without zoom. */
  readonly detail: Signal<ReadonlyMap<string, Series> | undefined> = signal(undefined);
  readonly failure: Signal<unknown> = signal(undefined);
  private readonly wholeRevisions = new Map<string, number>();
  private detailRevisions = new Map<string, number>();
  private detailOf: Range | undefined;
  private isBusy = false;
  private wanted: { runs: readonly RunSummary[]; closeup?: Closeup } | undefined;

  constructor(
    private readonly source: DataSource,
    private readonly tag: string,
  ) {}

  /** Says which runs and which stretch are shown now. */
  want(runs: readonly RunSummary[], closeup?: Closeup): void {
    this.wanted = { runs: runs.filter(({ scalars }) => scalars.includes(this.tag)), closeup };
    if (closeup?.zoom !== this.detailOf) {
      this.detailOf = closeup?.zoom;
      this.detailRevisions = new Map();
      this.detail.value = undefined;
    }
    if (!this.isBusy) void this.fetch();
  }

  /** One request at a time, so that a slow server is not asked for more than it gives. */
  private async fetch(): Promise<void> {
    this.isBusy = true;
    while (this.wanted !== undefined) {
      const { runs, closeup } = this.wanted;
      this.wanted = undefined;
      try {
        const isNew = [await this.fetchWhole(runs), await this.fetchDetail(runs, closeup)];
        this.failure.value = undefined;
        if (isNew.includes(true)) await this.pause();
      } catch (error) {
        this.failure.value = error;
        await this.pause();
      }
    }
    this.isBusy = false;
  }

  private async fetchWhole(runs: readonly RunSummary[]): Promise<boolean> {
    const found = await this.ask(runs, this.wholeRevisions);
    if (found !== undefined) this.whole.value = merged(this.whole.peek(), found);
    return found !== undefined;
  }

  /** Requests full detail where a thinned curve is zoomed into. Answers that arrive after another zoom are dropped. */
  private async fetchDetail(runs: readonly RunSummary[], closeup: Closeup | undefined): Promise<boolean> {
    const isThinned = runs.some(({ id }) => this.whole.peek().get(id)?.isExact === false);
    if (closeup === undefined || !isThinned || closeup.zoom !== this.detailOf) return false;
    const { min: fromStep, max: toStep } = closeup.steps;
    const found = await this.ask(runs, this.detailRevisions, { fromStep, toStep });
    if (found !== undefined && closeup.zoom === this.detailOf) {
      this.detail.value = merged(this.detail.peek() ?? new Map(), found);
    }
    return found !== undefined;
  }

  /** Asks for those runs that have changed since; undefined where none has. */
  private async ask(
    runs: readonly RunSummary[],
    revisions: Map<string, number>,
    range: Pick<SeriesQuery, 'fromStep' | 'toStep'> = {},
  ): Promise<readonly Series[] | undefined> {
    const changed = runs.filter(({ id, revision }) => revisions.get(id) !== revision);
    if (changed.length === 0) return undefined;
    const points = Math.min(1000, Math.max(100, Math.round(POINTS_OF_CHART / runs.length)));
    const ids = changed.map(({ id }) => id);
    const found = await this.source.series({ runs: ids, tags: [this.tag], points, ...range });
    for (const { id, revision } of changed) revisions.set(id, revision);
    return found;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}

function merged(known: ReadonlyMap<string, Series>, found: readonly Series[]): ReadonlyMap<string, Series> {
  return new Map([...known, ...found.map((series) => [series.run, series] as const)]);
}
