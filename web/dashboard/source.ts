import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type {
  Annotations,
  Histogram,
  LogTail,
  RunDetail,
  RunFile,
  RunList,
  RunSummary,
  RunsChanged,
  SavedView,
  Series,
} from '../../src/records/dashboard/api.js';
import type { SeriesQuery } from '../../src/records/reading/series.js';

/** Whether changes arrive: `lost` is tried again, and so is `over`, where the server has said that it ends. */
export type Connection = 'open' | 'lost' | 'over';

/** The server was not reached. */
export class NoAnswer extends Pix2PixError {}

/** The source of the page's data: the server, or the run that is embedded in the page. */
export interface DataSource {
  /** Whether there is a server that takes requests and reports changes. */
  readonly isLive: boolean;
  runs(): Promise<RunList>;
  run(id: string): Promise<RunDetail>;
  /** In the order of runs, and of tags within each; what a run does not have is left out. */
  series(query: SeriesQuery): Promise<readonly Series[]>;
  imageUrl(run: string, tag: string, step: number): string;
  /** Where every point of a scalar can be downloaded; absent where there is no server. */
  exportSeriesUrl?(runs: readonly string[], tag: string, format: 'csv' | 'json'): string;
  /** Where the run can be downloaded as one file. */
  exportRunUrl?(run: string): string;
  /** Absent where there is no server. */
  histograms?(run: string, tag: string): Promise<readonly Histogram[]>;
  log(run: string): Promise<LogTail>;
  files(run: string): Promise<readonly RunFile[]>;
  /** @returns a function that ends it */
  subscribe(onChange: (changed: RunsChanged) => void): () => void;
  annotate(run: string, annotations: Annotations): Promise<RunSummary>;
  stop(run: string): Promise<void>;
  save(run: string): Promise<void>;
  remove(run: string): Promise<void>;
  /** Absent where there is no server. */
  views?(): Promise<readonly SavedView[]>;
  saveView?(view: SavedView): Promise<readonly SavedView[]>;
  deleteView?(name: string): Promise<readonly SavedView[]>;
}
