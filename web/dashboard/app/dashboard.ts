import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { filterRuns } from '../../../src/records/reading/filter.js';
import type { Connection, DataSource } from '../source.js';
import { groupFields } from './grouping.js';
import { runColours } from './runColours.js';

/** Runs that are drawn until somebody chooses: as many as there are distinguishable colours. */
const CHOSEN_AT_FIRST = 10;
/** The same where groups of them are: a line is the mean of several. */
const GROUPED_AT_FIRST = 100;

/** The state that all views share: the source of the data, the runs as they are now, and which of them are drawn. */
export class Dashboard {
  /** All runs by id, hidden ones too. Undefined until the first answer. */
  readonly byId: Signal<ReadonlyMap<string, RunSummary> | undefined> = signal(undefined);
  readonly logDirectory = signal('');
  /** How a person starts the program. */
  readonly program = signal('');
  /** Of the log directory as a whole. */
  readonly problems: Signal<readonly string[]> = signal([]);
  /** The error of the last request for the runs, if it failed. */
  readonly failure: Signal<unknown> = signal(undefined);
  readonly connection: Signal<Connection> = signal('open');
  /** Newest first. */
  readonly runs: ReadonlySignal<readonly RunSummary[]> = computed(() =>
    [...(this.byId.value?.values() ?? [])].sort(
      (a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0) || (a.id < b.id ? -1 : 1),
    ),
  );
  /** The text of the filter. */
  readonly filter = signal('');
  readonly showsHidden = signal(false);
  /** The runs that match the filter; all runs where the filter has an error. */
  readonly filtered: ReadonlySignal<{ readonly runs: readonly RunSummary[]; readonly error?: unknown }> =
    computed(() => {
      const visible = this.runs.value.filter(
        ({ annotations }) => this.showsHidden.value || annotations.isHidden !== true,
      );
      try {
        return { runs: filterRuns(visible, this.filter.value) };
      } catch (error) {
        return { runs: visible, error };
      }
    });
  /** Ids that a person has chosen to be drawn; undefined while nobody has. */
  readonly choice: Signal<ReadonlySet<string> | undefined> = signal(undefined);
  /**
   * The runs that charts, images and comparisons show, newest first: those chosen, else the newest that match the
   * filter.
   */
  readonly selected: ReadonlySignal<readonly RunSummary[]> = computed(() => {
    const choice = this.choice.value;
    return choice === undefined
      ? this.filtered.value.runs.slice(0, groupFields.value.length > 0 ? GROUPED_AT_FIRST : CHOSEN_AT_FIRST)
      : this.runs.value.filter(({ id }) => choice.has(id));
  });
  private readonly colours: ReadonlySignal<ReadonlyMap<string, string>>;

  /** @param onNews told of each run whose row has changed */
  constructor(
    readonly source: DataSource,
    private readonly onNews: (before: RunSummary, after: RunSummary) => void = () => {},
  ) {
    this.colours = computed(() => runColours(this.runs.value));
  }

  /** `#rrggbb` */
  colourOf(run: string): string {
    return this.colours.value.get(run) ?? '#808080';
  }

  /** Draws a run or stops drawing it. */
  toggle(run: string): void {
    const next = new Set(this.selected.peek().map(({ id }) => id));
    if (!next.delete(run)) next.add(run);
    this.choice.value = next;
  }

  /** Draws some runs besides those that are drawn, or stops drawing them. */
  draw(runs: readonly string[], isDrawn: boolean): void {
    const next = new Set(this.selected.peek().map(({ id }) => id));
    for (const run of runs) {
      if (isDrawn) next.add(run);
      else next.delete(run);
    }
    this.choice.value = next;
  }

  /** Asks for all runs; what went wrong is in `failure`. */
  async load(): Promise<void> {
    try {
      const { runs, logDirectory, program, problems } = await this.source.runs();
      this.byId.value = new Map(runs.map((run) => [run.id, run]));
      this.logDirectory.value = logDirectory;
      this.program.value = program;
      this.problems.value = problems;
      this.failure.value = undefined;
    } catch (error) {
      this.failure.value = error;
    }
  }

  /**
   * Loads, then takes in changes; after a time without a connection it loads again. @returns a function that ends it
   */
  follow(): () => void {
    const endReloading = effect(() => {
      if (this.connection.value === 'open') void this.load();
    });
    const endChanges = this.source.subscribe(({ runs, gone }) => {
      this.change(runs, gone);
      // Problems of the log directory come only with the list of runs.
      if (gone.length > 0 || this.problems.value.length > 0) void this.load();
    });
    return () => {
      endReloading();
      endChanges();
    };
  }

  /** Takes in new rows of some runs. */
  change(runs: readonly RunSummary[], gone: readonly string[] = []): void {
    const next = new Map(this.byId.peek());
    for (const run of runs) {
      const before = next.get(run.id);
      if (before !== undefined) this.onNews(before, run);
      next.set(run.id, run);
    }
    for (const id of gone) next.delete(id);
    this.byId.value = next;
  }
}

/** The dashboard that a component belongs to. */
export const DashboardContext = createContext<Dashboard | undefined>(undefined);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (dashboard === undefined) throw new Error('no Dashboard around this component');
  return dashboard;
}
