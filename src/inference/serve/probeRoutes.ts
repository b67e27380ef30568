import type { Hono } from 'hono';
import type { AppParts } from './appParts.js';
import type { ServiceEnv } from './requestLog.js';

/** `GET /healthz`: whether it runs; `GET /readyz`: whether requests are to be sent to it, which they are not once it is told to end. */
export function serveProbes(app: Hono<ServiceEnv>, { ending }: Pick<AppParts, 'ending'>): void {
  app.get('/healthz', (c) => c.json({ status: 'running' }));
  app.get('/readyz', (c) =>
    ending.aborted ? c.json({ status: 'ending' }, 503) : c.json({ status: 'ready' }),
  );
}
