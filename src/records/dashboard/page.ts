import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Hono } from 'hono';
import { mediaTypeOf } from '../../base/http/mediaTypes.js';
import { Refused } from '../../base/http/refused.js';
import type { GuardSettings } from './pageToken.js';

/** Where the build puts the page: `index.html`, `report.html` and `assets/`. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../../web/dashboard/', import.meta.url));

/** Where it puts the page that trains in the browser. */
const TRAINING_PAGE = fileURLToPath(new URL('../../../web/train/', import.meta.url));

/** The page itself, with the token that its actions show, and its scripts and styles. */
export function servePage(app: Hono, { pageToken }: GuardSettings): void {
  app.get('/', async (c) => {
    if (!existsSync(join(PAGE_FOLDER, 'index.html')))
      throw new Refused(404, 'the page is not built', 'npm run build');
    const html = await readFile(join(PAGE_FOLDER, 'index.html'), 'utf8');
    c.header('Cache-Control', 'no-store');
    return c.html(html.replace('__TOKEN__', pageToken));
  });
  // Their names change with their contents.
  const forEver = 'max-age=31536000, immutable';
  app.get('/assets/:name', (c) => file(c, join(PAGE_FOLDER, 'assets'), c.req.param('name'), forEver));
}

/** The page that trains in the browser, which needs nothing of this server but its files. */
export function serveTrainingPage(app: Hono): void {
  app.get('/train', (c) => c.redirect('/train/'));
  app.get('/train/', (c) => file(c, TRAINING_PAGE, 'index.html', 'no-cache'));
  app.get('/train/:name', (c) => file(c, TRAINING_PAGE, c.req.param('name'), 'no-cache'));
}

/** A file of a folder of ours. @throws Refused when there is no such file, or it is of no kind that pages have */
async function file(c: Context, folder: string, name: string, caching: string): Promise<Response> {
  const mediaType = mediaTypeOf(extname(name));
  const path = join(folder, name);
  if (!/^\w[\w.-]*$/.test(name) || mediaType === undefined || !existsSync(path))
    throw new Refused(404, 'no such file');
  return c.body(await readFile(path), 200, { 'Content-Type': mediaType, 'Cache-Control': caching });
}
