import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import { mediaTypeOf } from '../../base/http/mediaTypes.js';
import { Refused } from '../../base/http/refused.js';
import type { GuardSettings } from './pageToken.js';

/** Where the build puts the page: `index.html`, `report.html` and `assets/`. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../../web/dashboard/', import.meta.url));

/** The page itself, with the token that its actions show, and its scripts and styles. */
export function servePage(app: Hono, { pageToken }: GuardSettings): void {
  app.get('/', async (c) => {
    if (!existsSync(join(PAGE_FOLDER, 'index.html')))
      throw new Refused(404, 'the page is not built', 'npm run build');
    const html = await readFile(join(PAGE_FOLDER, 'index.html'), 'utf8');
    c.header('Cache-Control', 'no-store');
    return c.html(html.replace('__TOKEN__', pageToken));
  });
  app.get('/assets/:name', async (c) => {
    const name = c.req.param('name');
    const mediaType = mediaTypeOf(extname(name));
    const path = join(PAGE_FOLDER, 'assets', name);
    if (!/^\w[\w.-]*$/.test(name) || mediaType === undefined || !existsSync(path))
      throw new Refused(404, 'no such file');
    // Their names change with their contents.
    return c.body(await readFile(path), 200, {
      'Content-Type': mediaType,
      'Cache-Control': 'max-age=31536000, immutable',
    });
  });
}
