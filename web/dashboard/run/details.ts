import { type Signal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { type Dashboard, useDashboard } from '../app/dashboard.js';
import type { DataSource } from '../source.js';

/** The least time between two requests for a run that keeps changing. */
const PAUSE_MILLISECONDS = 1000;

/** All that is known of a run, as it was when it was last asked for. */
interface Known {
  readonly detail: Signal<RunDetail | undefined>;
  readonly failure: Signal<unknown>;
}

/** Details of runs, requested when they are shown, and again when the run has changed. */
class DetailStore {
  private readonly entries = new Map<string, Known & { wanted: number; asked?: number; isBusy: boolean }>();

  constructor(private readonly source: DataSource) {}

  of(id: string): Known {
    return this.entry(id);
  }

  /** Says that the run is being shown, at its present revision. */
  want({ id, revision }: Pick<RunSummary, 'id' | 'revision'>): void {
    const entry = this.entry(id);
    entry.wanted = revision;
    if (entry.isBusy || entry.asked === revision) return;
    entry.isBusy = true;
    entry.asked = revision;
    this.source
      .run(id)
      .then((detail) => {
        entry.detail.value = detail;
        entry.failure.value = undefined;
      })
      .catch((error) => {
        entry.failure.value = error;
      })
      .finally(() => setTimeout(() => this.rest(id), PAUSE_MILLISECONDS));
  }

  private rest(id: string): void {
    const entry = this.entry(id);
    entry.isBusy = false;
    if (entry.wanted !== entry.asked) this.want({ id, revision: entry.wanted });
  }

  private entry(id: string) {
    const entry = this.entries.get(id) ?? {
      detail: signal<RunDetail | undefined>(undefined),
      failure: signal<unknown>(undefined),
      wanted: -1,
      isBusy: false,
    };
    this.entries.set(id, entry);
    return entry;
  }
}

const stores = new WeakMap<Dashboard, DetailStore>();

function useStore(): DetailStore {
  const dashboard = useDashboard();
  const store = stores.get(dashboard) ?? new DetailStore(dashboard.source);
  stores.set(dashboard, store);
  return store;
}

/** All that is known of a run, kept up to date while it is shown. */
export function useRunDetail(run: RunSummary): { detail: RunDetail | undefined; failure: unknown } {
  const store = useStore();
  useEffect(() => store.want(run), [store, run.id, run.revision]);
  const { detail, failure } = store.of(run.id);
  return { detail: detail.value, failure: failure.value };
}

/** All that is known of some runs, in their order; those that have not come yet, or are gone, are left out. */
export function useRunDetails(runs: readonly RunSummary[]): readonly RunDetail[] {
  const store = useStore();
  useEffect(() => {
    for (const run of runs) store.want(run);
  }, [store, ...runs.flatMap(({ id, revision }) => [id, revision])]);
  return runs.flatMap(({ id }) => store.of(id).detail.value ?? []);
}
