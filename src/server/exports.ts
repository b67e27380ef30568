import type { Hono } from 'hono';
import type { AppParts } from './app.js';
import { Refused } from './refused.js';

/** What is taken away: `GET /api/export/series`, `/api/export/run`. */
export function serveExports(app: Hono, _parts: AppParts): void {
  app.get('/api/export/series', () => {
    throw new Refused(501, 'not yet');
  });
  app.get('/api/export/run', () => {
    throw new Refused(501, 'not yet');
  });
}
