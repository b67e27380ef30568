import { rm } from 'node:fs/promises';
import type { Context, Hono } from 'hono';
import type { AppParts } from './app.js';
import { requirePageToken } from './guard.js';
import { Refused } from './refused.js';
import { chosenRun } from './runRoutes.js';

/** What is done: `POST /api/annotate`, `/stop`, `/save`, `/delete`. */
export function serveActions(app: Hono, { index, guard }: AppParts): void {
  app.use('/api/*', async (c, next) => {
    if (c.req.method === 'POST') requirePageToken(c, guard);
    await next();
  });
  app.post('/api/annotate', async (c) => {
    const run = chosenRun(c, index);
    run.annotate(await bodyOf(c));
    return c.json((await index.refresh(run.id))!);
  });
  app.post('/api/stop', (c) => {
    requireRunning(c);
    throw new Refused(501, 'not yet');
  });
  app.post('/api/save', (c) => {
    requireRunning(c);
    throw new Refused(501, 'not yet');
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
    await rm(run.folder, { recursive: true });
    return c.json({});
  });

  function requireRunning(c: Context): void {
    const { id } = chosenRun(c, index);
    const { state } = index.detail(id)!.summary;
    if (state !== 'running' && state !== 'stalled')
      throw new Refused(409, `the run is not running: it is ${state}`);
  }
}

async function bodyOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    throw new Refused(400, 'the body is no JSON');
  }
}
