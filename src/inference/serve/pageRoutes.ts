import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { html } from 'hono/html';
import { pagePolicy } from '../../base/http/guard.js';
import { Refused } from '../../base/http/refused.js';
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
    const models = catalogue.list().map((model) => ({ name: model.name, hasPage: playgrounds.isFor(model) }));
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

function frontPage(models: readonly { readonly name: string; readonly hasPage: boolean }[], origin: string) {
  const asked = `${origin}/v1/translate?model=${shellQuoted(encodeURIComponent(models[0]?.name ?? 'MODEL'))}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>pix2pix serve</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --quiet: light-dark(#5b6475, #98a1b3); --line: light-dark(#d6dae3, #343b4b); --accent: light-dark(#3056d3, #8aa5ff); }
  body { margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.25rem; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f6f7fa, #12151c); color: light-dark(#1d2330, #e8ebf2); }
  h1 { font-size: 1.6rem; margin: 0; }
  p { color: var(--quiet); }
  ul { list-style: none; padding: 0; }
  li { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; justify-content: space-between; padding: 0.75rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
  a { color: var(--accent); }
  pre { overflow-x: auto; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; font-size: 0.85rem; }
</style>
</head>
<body>
<main>
<h1>Models</h1>
${models.length === 0 ? html`<p>There is no model yet.</p>` : ''}
<ul>
${models.map(
  ({ name, hasPage }) => html`<li><strong>${name}</strong>${
    hasPage ? html`<a href="/playground/${encodeURIComponent(name)}/">playground of ${name}</a>` : ''
  }</li>
`,
)}</ul>
<p>A playground computes in this browser. This server translates, too:</p>
<pre tabindex="0">curl -s -H 'Content-Type: image/png' --data-binary @in.png \\
  '${asked}' &gt; out.png</pre>
<p><a href="/openapi.json">Description of the service</a> · <a href="/metrics">figures</a></p>
</main>
</body>
</html>`;
}

/** Within single quotes; `encodeURIComponent` leaves those as they are. */
const shellQuoted = (text: string) => text.replaceAll("'", '%27');
