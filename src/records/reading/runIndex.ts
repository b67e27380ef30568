import { EventEmitter } from 'node:events';
import { realpath } from 'node:fs/promises';
import pLimit from 'p-limit';
import { fileError, summaryOf, systemCode } from '../../base/files/systemError.js';
import { findRuns } from './findRuns.js';
import { forgetOldReadings } from './keptReading.js';
import { readPoints } from './readPoints.js';
import { Run } from './run.js';
import type { RunDetail, RunSummary } from './runSummary.js';
import type { Series, SeriesQuery } from './series.js';
import { describeRun, summarise } from './summarise.js';

/** How often files are checked, in ms: for events of runs that are going on, of the others, and for new runs. */
const LIVE_INTERVAL = 300;
const REST_INTERVAL = 2000;
const FIND_INTERVAL = 1500;
/** Runs that are read at the same time. */
const AT_ONCE = 4;

/** Which rows of the table are new or different, and which are gone. */
export interface IndexChange {
  readonly runs: readonly RunSummary[];
  readonly gone: readonly string[];
}

interface Row {
  readonly run: Run;
  summary: RunSummary;
  /** Of `summary` without its revision. */
  text: string;
  lookedAt: number;
}

/**
 * All runs below a log directory, as the dashboard and `pix2pix runs` show them.
 *
 * ```
 * const index = await openRuns('checkpoints');
 * for (const { id, state, step } of index.list()) console.log(id, state, step);
 * ```
 */
export class RunIndex {
  private readonly rows = new Map<string, Row>();
  private readonly events = new EventEmitter<{ change: [IndexChange] }>();
  private revision = 0;
  private faults: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private foundAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;
  private root: string | undefined;

  /** @param logDirectory may come and go while it is watched */
  constructor(readonly logDirectory: string) {
    this.events.setMaxListeners(0); // one for each page that is open
  }

  /** Of the log directory as a whole. */
  get problems(): readonly string[] {
    return this.faults;
  }

  /** Rows of the table, in the order of the ids. */
  list(): readonly RunSummary[] {
    return [...this.rows.values()].map(({ summary }) => summary).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The run of that id as far as it has been read; undefined where there is none. */
  run(id: string): Run | undefined {
    return this.rows.get(id)?.run;
  }

  detail(id: string): RunDetail | undefined {
    const row = this.rows.get(id);
    return row && describeRun(row.run, row.summary.revision);
  }

  /** Scalars in the order of runs, and of tags within each; what a run does not have is left out. */
  async series({ runs, tags, ...range }: SeriesQuery): Promise<readonly Series[]> {
    const found: Series[] = [];
    for (const id of runs) {
      const run = this.run(id);
      for (const tag of run === undefined ? [] : tags) {
        const series = await readPoints(run!, tag, range);
        if (series !== undefined) found.push(series);
      }
    }
    return found;
  }

  /** @returns a function that ends it */
  onChange(listener: (change: IndexChange) => void): () => void {
    this.events.on('change', listener);
    return () => this.events.off('change', listener);
  }

  /** Looks for runs and reads all that there is to read. */
  async update(): Promise<void> {
    await this.find();
    await this.updateRows(this.newestFirst());
  }

  /** Keeps checking until `close`. */
  watch(): void {
    const turn = async () => {
      await this.look();
      if (!this.isClosed) this.timer = setTimeout(turn, LIVE_INTERVAL);
    };
    void turn();
    void forgetOldReadings();
  }

  close(): void {
    this.isClosed = true;
    for (const { run } of this.rows.values()) run.keep();
    clearTimeout(this.timer);
    this.events.removeAllListeners();
  }

  /** Reads a run again at once, after something has been done to it. */
  async refresh(id: string): Promise<RunSummary | undefined> {
    const row = this.rows.get(id);
    if (row !== undefined) await this.updateRow(row);
    return this.rows.get(id)?.summary;
  }

  private async look(): Promise<void> {
    if (performance.now() - this.foundAt >= FIND_INTERVAL) await this.find();
    const due = this.newestFirst().filter(({ lookedAt, summary }) => {
      const interval = summary.state === 'running' ? LIVE_INTERVAL : REST_INTERVAL;
      return performance.now() - lookedAt >= interval;
    });
    await this.updateRows(due);
  }

  /** Some at a time: most of the time goes into waiting for the disk. */
  private async updateRows(rows: Row[]): Promise<void> {
    await pLimit(AT_ONCE).map(rows, async (row) => {
      if (!this.isClosed) await this.updateRow(row);
    });
  }

  private async find(): Promise<void> {
    let ids: readonly string[] = [];
    try {
      this.root ??= await realpath(this.logDirectory);
      ({ ids, problems: this.faults } = await findRuns(this.root));
    } catch (error) {
      const isMissing = systemCode(error) === 'ENOENT';
      const told = fileError(error, 'the log directory cannot be read', this.logDirectory);
      this.faults = [isMissing ? 'the log directory does not exist' : summaryOf(told)];
    }
    this.foundAt = performance.now();
    const gone = [...this.rows.keys()].filter((id) => !ids.includes(id));
    for (const id of gone) this.rows.delete(id);
    const added = ids.filter((id) => !this.rows.has(id));
    const runs = added.map((id) => new Run(this.root!, id));
    await pLimit(AT_ONCE).map(runs, (run) => run.readNotes());
    for (const run of runs) {
      const row: Row = {
        run,
        summary: summarise(run, ++this.revision),
        text: '',
        lookedAt: Number.NEGATIVE_INFINITY,
      };
      this.rows.set(run.id, row);
    }
    if (gone.length > 0) this.events.emit('change', { runs: [], gone });
  }

  private newestFirst(): Row[] {
    return [...this.rows.values()].sort((a, b) => (b.summary.updatedAt ?? 0) - (a.summary.updatedAt ?? 0));
  }

  private async updateRow(row: Row): Promise<void> {
    await row.run.update(() => this.tell(row));
    row.lookedAt = performance.now();
    this.tell(row);
  }

  private tell(row: Row): void {
    const now = Date.now();
    const text = JSON.stringify({ ...summarise(row.run, 0, now), seconds: 0, etaSeconds: 0 });
    if (text === row.text || !this.rows.has(row.run.id)) return;
    row.text = text;
    row.summary = summarise(row.run, ++this.revision, now);
    this.events.emit('change', { runs: [row.summary], gone: [] });
  }
}

/** Reads all runs below a folder, once. */
export async function openRuns(logDirectory: string): Promise<RunIndex> {
  const index = new RunIndex(logDirectory);
  await index.update();
  return index;
}
