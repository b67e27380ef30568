import type { Context, Hono } from 'hono';
import { stream } from 'hono/streaming';
import { Refused } from '../../base/http/refused.js';
import { exportSeries } from '../reading/exportSeries.js';
import type { AppParts } from './appParts.js';
import { exportRun } from './exportRun.js';
import { chosenRun } from './runRoutes.js';

/** The downloads: `GET /api/export/series`, with any number of runs and tags, and `/api/export/run`. */
export function serveExports(app: Hono, { index }: AppParts): void {
  app.get('/api/export/series', (c) => {
    const [ids, tags] = [c.req.queries('run') ?? [], c.req.queries('tag') ?? []];
    const format = c.req.query('format') ?? 'csv';
    if (format !== 'csv' && format !== 'json')
      throw new Refused(400, `no such format: ${format}`, 'csv or json');
    const runs = ids.map((id) => index.run(id)).filter((run) => run !== undefined);
    if (!runs.some((run) => tags.some((tag) => run.hasScalar(tag))))
      throw new Refused(404, 'there is no such scalar');
    const name = [
      ids.length === 1 ? ids[0] : `${ids.length} runs`,
      tags.length === 1 ? tags[0] : `${tags.length} scalars`,
    ];
    asDownload(
      c,
      `${name.join(' ')}.${format}`,
      format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
    );
    return stream(
      c,
      async (out) => {
        await exportSeries(runs, tags, format, async (text) => {
          if (out.aborted) throw new Error('the visitor has gone');
          await out.write(text);
        });
      },
      async () => {},
    ); // the client has gone and needs no answer
  });
  app.get('/api/export/run', async (c) => {
    const run = chosenRun(c, index);
    await index.refresh(run.id); // up to its end, also where it is still being read
    const html = await exportRun(run, index.detail(run.id)!);
    asDownload(c, `${run.id}.html`, 'text/html; charset=utf-8');
    return c.body(html);
  });
}

/** As a file, which the browser saves and never shows here. */
function asDownload(c: Context, name: string, mediaType: string): void {
  c.header('Content-Type', mediaType);
  c.header('Content-Disposition', `attachment; filename="${name.replace(/[^\w.-]+/g, '_').slice(0, 150)}"`);
}
