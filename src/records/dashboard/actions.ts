import type { Context, Hono } from 'hono';
import { Refused } from '../../base/http/refused.js';
import { RunInUse, removeRun } from '../reading/removeRun.js';
import type { Run } from '../reading/run.js';
import type { AppParts } from './appParts.js';
import { bodyOf } from './bodyOf.js';
import { requirePageToken } from './pageToken.js';
import { chosenRun } from './runRoutes.js';

/** The routes that change something: `POST /api/annotate`, `/stop`, `/save`, `/delete`. */
export function serveActions(app: Hono, { index, guard }: AppParts): void {
  app.use('/api/*', async (c, next) => {
    if (c.req.method === 'POST') requirePageToken(c, guard);
    await next();
  });
  app.post('/api/annotate', async (c) => {
    const run = chosenRun(c, index);
    await run.annotate(await bodyOf(c));
    return c.json((await index.refresh(run.id))!);
  });
  app.post('/api/stop', async (c) => {
    await requireRunning(c).request('stop');
    return c.json({});
  });
  app.post('/api/save', async (c) => {
    await requireRunning(c).request('save');
    return c.json({});
  });
  app.post('/api/delete', async (c) => {
    const run = chosenRun(c, index);
    const body = (await bodyOf(c)) as { readonly confirm?: unknown } | null;
    if (body?.confirm !== run.id)
      throw new Refused(
        400,
        'the name of the run is to be repeated',
        `{ "confirm": ${JSON.stringify(run.id)} }`,
      );
    const { state } = (await index.refresh(run.id))!;
    if (state === 'running' || state === 'stalled')
      throw new Refused(409, `the run is ${state}`, 'stop it first');
    if (run.id === '.')
      throw new Refused(409, 'this run is the log directory itself', 'delete the folder by hand');
    await removeRun(run.folder).catch((error: unknown) => {
      if (error instanceof RunInUse) throw new Refused(409, error.summary, error.fix);
      throw error;
    });
    return c.json({});
  });

  function requireRunning(c: Context): Run {
    const run = chosenRun(c, index);
    const { state, isForeign } = index.detail(run.id)!.summary;
    if (isForeign) throw new Refused(409, 'another program trains this run', 'stop it where it was started');
    if (state !== 'running' && state !== 'stalled')
      throw new Refused(409, `the run is not running: it is ${state}`);
    return run;
  }
}
