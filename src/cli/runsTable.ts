import { formatDuration } from '../base/duration.js';
import { plainLine } from '../base/errors/plainText.js';
import type { RunState, RunSummary } from '../records/reading/runSummary.js';
import {
  type Colour,
  type Column,
  columnsOf,
  formatTable,
  hasColours,
  type Screen,
} from './terminalTable.js';

const COLOURS: Readonly<Record<RunState, Colour | undefined>> = {
  running: 'green',
  stalled: 'yellow',
  crashed: 'red',
  stopped: 'dim',
  finished: undefined,
};

/** The metrics that are shown by default, where one of the runs has them. */
const USUAL_METRICS = [/^val\/L1$/, /^val\/SSIM$/, /^loss\/G_L1$/, /^loss\/G/, /^(?!system\/|lr$)/];
const MOST_METRICS = 2;

/** The table of runs, and under it what is wrong with some. @param metrics tags to show; the usual ones where empty */
export function formatRuns(
  runs: readonly RunSummary[],
  metrics: readonly string[],
  screen: Screen,
  now = Date.now(),
): string {
  const tags = metrics.length > 0 ? metrics : usualMetrics(runs);
  const columns: Column<RunSummary>[] = [
    { title: 'RUN', text: nameOf, shrinkTo: 16 },
    { title: 'STATE', text: ({ state }) => state, colour: ({ state }) => COLOURS[state] },
    { title: 'EPOCH', text: epochOf, alignRight: true, rank: 3 },
    { title: 'DONE', text: ({ progress }) => percent(progress), alignRight: true },
    {
      title: 'ETA',
      text: ({ etaSeconds }) => (etaSeconds === undefined ? '' : formatDuration(etaSeconds)),
      alignRight: true,
      rank: 5,
    },
    ...tags.flatMap((tag, place): Column<RunSummary>[] => [
      { title: tag, text: ({ last }) => shown(last[tag]), alignRight: true, rank: 4 - place / 10 },
      {
        title: 'best',
        text: ({ best }) => (Object.hasOwn(best, tag) ? shown(best[tag].value) : ''),
        alignRight: true,
        rank: 2 - place / 10,
      },
    ]),
    { title: 'AGE', text: ({ updatedAt }) => age(updatedAt, now), alignRight: true, rank: 1 },
  ];
  const table = formatTable(columns, runs, columnsOf(screen), hasColours(screen));
  return [...table, ...remarks(runs)].join('\n');
}

function usualMetrics(runs: readonly RunSummary[]): string[] {
  const known = [...new Set(runs.flatMap(({ scalars }) => scalars))].sort();
  const ordered = USUAL_METRICS.flatMap((wanted) => known.filter((tag) => wanted.test(tag)));
  return [...new Set(ordered)].slice(0, MOST_METRICS);
}

function remarks(runs: readonly RunSummary[]): string[] {
  const told = runs.flatMap(({ id, stateReason, state, problems }) =>
    [...(state === 'crashed' || state === 'stalled' ? [stateReason ?? ''] : []), ...problems]
      .filter((text) => text !== '')
      .map((text) => `${id}: ${text}`),
  );
  const lines = told.map(plainLine);
  return lines.length === 0 ? [] : ['', ...lines];
}

function nameOf({ id, annotations: { displayName } }: RunSummary): string {
  return displayName === undefined ? id : `${displayName} (${id})`;
}

function epochOf({ epoch, epochs }: RunSummary): string {
  if (epoch === undefined) return '';
  return epochs === undefined ? String(epoch) : `${epoch}/${epochs}`;
}

/** 100 % means the end, and nothing less. */
function percent(progress: number | undefined): string {
  return progress === undefined ? '' : `${Math.floor(progress * 100)} %`;
}

function shown(value: number | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return 'NaN';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? value.toPrecision(4) : value.toExponential(2);
}

function age(since: number | undefined, now: number): string {
  return since === undefined ? '' : formatDuration(Math.max(0, now - since) / 1000);
}
