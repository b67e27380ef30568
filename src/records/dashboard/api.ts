import type { Refusal } from '../../base/http/refused.js';
import type { Histogram } from '../reading/readHistograms.js';
import type { Annotations, RunDetail, RunFile, RunSummary } from '../reading/runSummary.js';
import type { SavedView } from '../reading/savedViews.js';
import type { Series } from '../reading/series.js';

/**
 * The interface between the dashboard's server and its page, in JSON. A run is named by its `id` in the query, never in
 * the path: the server looks it up among the runs it has found, so that no path is ever made of what a request says.
 *
 *     GET  /api/runs                                       RunList
 *     GET  /api/run?run=ID                                 RunDetail
 *     GET  /api/series?run=ID&run=ID&tag=T&tag=T[&from=STEP&to=STEP&points=N]   Series[]
 *     GET  /api/image?run=ID&tag=T&step=N                  the image as it was written (image/png, ...)
 *     GET  /api/histograms?run=ID&tag=T[&steps=N]          Histogram[], of about so many steps
 *     GET  /api/log?run=ID[&bytes=N]                       LogTail
 *     GET  /api/files?run=ID                               RunFile[]
 *     GET  /api/events                                     server-sent events: RunsChanged as event `changed`; `over` when
 *                                                          the server ends with the training that started it
 *     GET  /api/export/series?run=ID&tag=T&format=csv|json every point, not thinned, as a download
 *     GET  /api/export/run?run=ID                          the run as one HTML file, as a download
 *     GET  /api/views                                      SavedView[]
 *     POST /api/view/save          body SavedView          SavedView[] as they are then; replaces one of the same name
 *     POST /api/view/delete        body { "name": NAME }   likewise
 *     POST /api/annotate?run=ID    body Annotations        the new RunSummary; replaces all annotations
 *     POST /api/stop?run=ID, /api/save?run=ID              asks the training to stop after its step, or to save now
 *     POST /api/delete?run=ID      body { "confirm": ID }  deletes the run's folder; refused while it runs
 *
 * A POST carries the token of the page's `<meta name="token">` in the header `x-pix2pix-token`. Refusals are
 * `{ "error": TEXT, "fix"?: TEXT }` with a status of 4xx or 5xx.
 */
export interface RunList {
  /** As it was given to the server. */
  readonly logDirectory: string;
  /** How the program is started where the server runs: `npx pix2pix`. */
  readonly program: string;
  readonly runs: readonly RunSummary[];
  /** Of the log directory as a whole: it vanished, it cannot be read. */
  readonly problems: readonly string[];
}

/** Some runs changed, came or went: the new rows, and the ids of those that are gone. */
export interface RunsChanged {
  readonly runs: readonly RunSummary[];
  readonly gone: readonly string[];
}

export interface LogTail {
  readonly text: string;
  /** Whether the log is longer than that. */
  readonly isCut: boolean;
}

/**
 * The data in a run that is exported as one file: `<script type="application/json" id="report">`. Images are data URIs
 * in the order of the steps of `detail.imageSteps`.
 */
export interface EmbeddedRun {
  readonly madeAt: string;
  readonly detail: RunDetail;
  readonly series: readonly Series[];
  readonly images: readonly { readonly tag: string; readonly step: number; readonly uri: string }[];
  readonly log: LogTail;
  readonly files: readonly RunFile[];
}

export type { Annotations, Histogram, Refusal, RunDetail, RunFile, RunSummary, SavedView, Series };
