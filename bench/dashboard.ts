import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunList, RunsChanged, Series } from '../src/records/dashboard/api.js';
import { EventFileWriter } from '../src/records/writing/eventFileWriter.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { peakRss } from './peakRss.js';
import { formatFacts, formatTable, type Row, writeResults } from './report.js';

/**
 * Measures the dashboard's server, in a process of its own as people start it: `npm run bench:dashboard`. A run of many
 * points is written once and copied, so that the file system's cache holds them all, as after a training.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    points: { type: 'string', default: '100000' },
    updates: { type: 'string', default: '20' },
    out: { type: 'string', default: 'bench/results/dashboard.json' },
  },
});
const [runs, points, updates] = [values.runs, values.points, values.updates].map(Number);
const LONG = 1_000_000;
/** As a training with pix2pix writes them: all of a step in one event. */
const TAGS = ['loss/G_GAN', 'loss/G_L1', 'loss/D_real', 'loss/D_fake', 'lr'];
const TAG = 'loss/G_L1';

const root = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
const servers: ChildProcess[] = [];
try {
  const [many, long] = [join(root, 'many'), join(root, 'long')];
  writeRun(join(many, 'run_000'), points);
  for (let i = 1; i < runs; i++)
    cpSync(join(many, 'run_000'), join(many, `run_${String(i).padStart(3, '0')}`), { recursive: true });
  writeRun(join(long, 'run'), LONG);

  const cold = await firstChart(many, runs);
  await stop(cold.server);
  const kept = await firstChart(many, runs);
  const delays = await liveDelays(kept.url, join(many, 'run_000'));
  const memory = peakRss(kept.server.pid ?? 0);
  await stop(kept.server);
  const longRun = await firstChart(long, 1);
  const [zoom, whole] = [await timed(longRun.url, 90_000, 95_000), await timed(longRun.url)];
  await stop(longRun.server);

  const count = `${runs} runs × ${points.toLocaleString('en')} points`;
  const rows: Row[] = [
    { what: 'from its start until the server listens', value: seconds(kept.listening) },
    { what: `chart of all, ${count}, read before`, value: seconds(kept.complete), target: '≤ 1 s' },
    { what: 'first chart of some, never read', value: seconds(cold.chart), target: '≤ 1 s' },
    { what: 'chart of all, never read', value: seconds(cold.complete) },
    { what: 'live update, median', value: seconds(median(delays)), target: '≤ 1 s' },
    { what: 'live update, slowest', value: seconds(Math.max(...delays)), target: '≤ 1 s' },
    { what: 'peak memory of the server', value: megabytes(memory), target: '≤ 300 MB' },
    {
      what: `chart of one run of ${LONG.toLocaleString('en')} points, never read`,
      value: seconds(longRun.complete),
    },
    { what: 'its whole curve', value: seconds(whole) },
    { what: 'a twentieth of it in full detail', value: seconds(zoom) },
  ];
  console.log(formatTable(rows));
  const machine = describeMachine();
  console.log(formatFacts(machine));
  writeResults(values.out, { ...machine, rows, delays });
} finally {
  for (const server of servers) server.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
}

function writeRun(folder: string, count: number): void {
  const writer = new EventFileWriter(folder);
  for (let step = 1; step <= count / TAGS.length; step++) add(writer, step, Math.random());
  writer.close();
}

function add(writer: EventFileWriter, step: number, simpleValue: number): void {
  const value = TAGS.map((tag) => ({ tag, value: { case: 'simpleValue' as const, value: simpleValue } }));
  writer.add({ step: BigInt(step), what: { case: 'summary', value: { value } } });
}

/**
 * Seconds from the start of the process until it listens; from there until there is a chart, of whatever runs have been
 * read by then; and until the chart shows all of all.
 */
async function firstChart(folder: string, count: number) {
  const spawned = performance.now();
  const { server, url } = await start(folder);
  const begun = performance.now();
  const since = (moment: number) => (performance.now() - moment) / 1000;
  let chart: number | undefined;
  for (;;) {
    const { runs } = await list(url);
    const withTag = runs.filter(({ last }) => TAG in last);
    const isComplete = withTag.length === count && runs.every(({ reading }) => reading === undefined);
    if (isComplete || (chart === undefined && withTag.length > 0)) {
      const chosen = withTag.map(({ id }) => `run=${id}`).join('&');
      await json<Series[]>(`${url}api/series?${chosen}&tag=${TAG}&points=500`);
      chart ??= since(begun);
    }
    if (chart !== undefined && isComplete) {
      return { server, url, chart, complete: since(begun), listening: (begun - spawned) / 1000 };
    }
    await sleep(50);
  }
}

function list(url: string): Promise<RunList> {
  return json<RunList>(`${url}api/runs`);
}

/** Seconds from an event's flush until the visitor that was told of it has the series with it. */
async function liveDelays(url: string, folder: string): Promise<number[]> {
  const writer = new EventFileWriter(folder, { flushMilliseconds: 1e9 });
  const answer = await fetch(`${url}api/events`);
  const told = answer.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  const delays: number[] = [];
  let text = '';
  for (let i = 0; i < updates; i++) {
    const step = 10_000_000 + i;
    add(writer, step, i);
    await sleep(1000 * Math.random());
    const begun = performance.now();
    writer.flush();
    while (!messagesOf(text).some(({ runs }) => runs.some((run) => run.step >= step)))
      text += (await told.next()).value;
    text = '';
    const [series] = await json<Series[]>(`${url}api/series?run=run_000&tag=${TAG}`);
    if (series.steps.at(-1) !== step) throw new Error('the series lacks the new point');
    if (i > 0) delays.push((performance.now() - begun) / 1000); // before the first, the run was at rest
  }
  await answer.body?.cancel().catch(() => {});
  writer.close();
  return delays;
}

function messagesOf(text: string): RunsChanged[] {
  return [...text.matchAll(/^event: changed\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data));
}

async function timed(url: string, from = 0, to = 1e9): Promise<number> {
  const begun = performance.now();
  await json(`${url}api/series?run=run&tag=${TAG}&from=${from}&to=${to}&points=2000`);
  return (performance.now() - begun) / 1000;
}

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

async function start(folder: string): Promise<{ server: ChildProcess; url: string }> {
  const env = { ...process.env, PIX2PIX_CACHE: join(root, 'cache') };
  const args = ['bin/pix2pix.js', 'dashboard', '--logdir', folder, '--port', '0'];
  const server = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  let text = '';
  for await (const part of server.stdout!) {
    text += part;
    const url = /http:\S+/.exec(text)?.[0];
    if (url !== undefined) return { server, url };
  }
  throw new Error('the server did not start');
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await ended;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown here' : `${(bytes / 1e6).toFixed(0)} MB`;
}
