import type { Context, Hono } from 'hono';
import { program } from '../../base/commandLine.js';
import { Refused } from '../../base/http/refused.js';
import { readHistograms } from '../reading/readHistograms.js';
import { readImage } from '../reading/readImage.js';
import type { Run } from '../reading/run.js';
import { listRunFiles, readLogTail } from '../reading/runFiles.js';
import type { RunIndex } from '../reading/runIndex.js';
import type { RunList } from './api.js';
import type { AppParts } from './appParts.js';
import { tellChanges } from './liveChanges.js';

/** More series than these are more than a chart shows. */
const MAX_SERIES = 5000;
const LOG_BYTES = 1 << 16;
const MAX_LOG_BYTES = 1 << 22;

/** The routes that read: `GET /api/runs`, `/run`, `/series`, `/image`, `/histograms`, `/log`, `/files`, `/events`. */
export function serveRuns(app: Hono, { index, closing, over }: AppParts): void {
  app.use('/api/*', async (c, next) => {
    await next();
    if (c.res.headers.get('Cache-Control') === null) c.header('Cache-Control', 'no-store');
  });
  app.get('/api/runs', (c) => {
    const { logDirectory, problems } = index;
    return c.json<RunList>({ logDirectory, program: program(), runs: index.list(), problems });
  });
  app.get('/api/run', (c) => c.json(index.detail(chosenRun(c, index).id)!));
  app.get('/api/series', async (c) => {
    const [runs, tags] = [c.req.queries('run') ?? [], c.req.queries('tag') ?? []];
    if (runs.length * tags.length > MAX_SERIES)
      throw new Refused(400, `more than ${MAX_SERIES} series at once`);
    const series = await index.series({
      runs,
      tags,
      fromStep: numberOf(c, 'from'),
      toStep: numberOf(c, 'to'),
      points: countOf(c, 'points'),
    });
    return c.json(series);
  });
  app.get('/api/image', async (c) => {
    const image = await readImage(
      chosenRun(c, index),
      c.req.query('tag') ?? '',
      numberOf(c, 'step') ?? Number.NaN,
    );
    if (image === undefined) throw new Refused(404, 'there is no such image');
    const headers = { 'Content-Type': image.mediaType, 'Cache-Control': 'private, max-age=60' };
    return c.body(image.bytes, 200, headers);
  });
  app.get('/api/histograms', async (c) => {
    const found = await readHistograms(chosenRun(c, index), c.req.query('tag') ?? '', countOf(c, 'steps'));
    if (found === undefined) throw new Refused(404, 'there are no such histograms');
    return c.json(found);
  });
  app.get('/api/log', async (c) => {
    const bytes = Math.min(MAX_LOG_BYTES, countOf(c, 'bytes') ?? LOG_BYTES);
    return c.json(await readLogTail(chosenRun(c, index), bytes));
  });
  app.get('/api/files', async (c) => c.json(await listRunFiles(chosenRun(c, index))));
  app.get('/api/events', (c) => tellChanges(c, index, { closing, over }));
}

/**
 * The run that a request names, among those that were found.
 * @throws Refused where there is none
 */
export function chosenRun(c: Context, index: RunIndex): Run {
  const run = index.run(c.req.query('run') ?? '');
  if (run === undefined)
    throw new Refused(404, 'there is no such run', 'it may have been deleted or renamed');
  return run;
}

function countOf(c: Context, name: string): number | undefined {
  const value = numberOf(c, name);
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new Refused(400, `${name} is to be a whole number, at least 0`);
}

function numberOf(c: Context, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Refused(400, `${name} is to be a number`);
  return value;
}
