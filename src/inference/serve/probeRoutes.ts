import type { Hono } from 'hono';
import type { AppParts } from './appParts.js';
import type { ServiceEnv } from './requestLog.js';

/** `GET /healthz`: whether it lives; `GET /readyz`: whether it is to be asked, which it is not any more when it drains. */
export function serveProbes(app: Hono<ServiceEnv>, { draining }: Pick<AppParts, 'draining'>): void {
  app.get('/healthz', (c) => c.json({ status: 'alive' }));
  app.get('/readyz', (c) =>
    draining.aborted ? c.json({ status: 'draining' }, 503) : c.json({ status: 'ready' }),
  );
}
