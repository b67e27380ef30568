import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { pagePolicy } from '../../base/http/guard.js';
import { Refused } from '../../base/http/refused.js';
import { frontPage } from './frontPage.js';
import type { ModelCatalogue } from './modelCatalogue.js';
import type { Playgrounds } from './playgrounds.js';
import type { ServiceEnv } from './requestLog.js';

/** Of a page that computes: scripts in it, WebAssembly and its threads. */
const PLAYGROUND_POLICY = pagePolicy({
  'script-src': "'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': "'self' blob:",
  'connect-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  'manifest-src': "'self'",
});
const FRONT_POLICY = pagePolicy({ 'style-src': "'unsafe-inline'" });

/** The pages: `GET /` lists the models, `GET /playground/MODEL/` is what `export --format web` writes. */
export function servePages(app: Hono<ServiceEnv>, catalogue: ModelCatalogue, playgrounds: Playgrounds): void {
  app.get('/', (c) => {
    c.header('Content-Security-Policy', FRONT_POLICY);
    const models = catalogue.list().map((model) => ({
      name: model.name,
      hasPage: playgrounds.isFor(model),
      generator: playgrounds.facts.of(model),
    }));
    return c.html(frontPage(models, new URL(c.req.url).origin));
  });
  app.get('/playground/:model', (c) =>
    c.redirect(`/playground/${encodeURIComponent(c.req.param('model'))}/`),
  );
  app.get('/playground/:model/*', async (c, next) => {
    const { folder, files } = await playgrounds.of(catalogue.get(c.req.param('model')));
    const asked = c.req.path.split('/').slice(3).join('/');
    const file = asked === '' ? 'index.html' : asked;
    if (!files.has(file)) throw new Refused(404, 'no such file');
    c.header('Content-Security-Policy', PLAYGROUND_POLICY);
    c.header('Cross-Origin-Embedder-Policy', 'require-corp'); // with it the page may use threads
    c.header('Cache-Control', 'no-cache');
    return serveStatic<ServiceEnv>({ root: folder, path: file })(c, next);
  });
}
