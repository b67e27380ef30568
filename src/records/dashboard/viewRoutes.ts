import { realpath } from 'node:fs/promises';
import type { Hono } from 'hono';
import { deleteView, readViews, saveView } from '../reading/savedViews.js';
import type { AppParts } from './appParts.js';
import { bodyOf } from './bodyOf.js';

/** The views that people have saved: `GET /api/views`, `POST /api/view/save`, `/api/view/delete`. */
export function serveViews(app: Hono, { index }: AppParts): void {
  const folder = () => realpath(index.logDirectory);
  app.get('/api/views', async (c) => c.json(await readViews(await folder())));
  app.post('/api/view/save', async (c) => c.json(await saveView(await folder(), await bodyOf(c))));
  app.post('/api/view/delete', async (c) => {
    const body = (await bodyOf(c)) as { readonly name?: unknown } | null;
    return c.json(await deleteView(await folder(), body?.name));
  });
}
