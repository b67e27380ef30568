// A route of a Hono server that translates: decoding, queueing and refusing are the route's own; see docs/serve.md for a
// service that has it all.
//
//   npm run build && node dist/examples/serveWithHono.js facades_pix2pix 3000
//   curl --data-binary @labels.png http://127.0.0.1:3000/translate > photo.png
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { encodePng, loadGenerator, Pix2PixError } from 'pix2pix-ts';

const [model, port = '3000', checkpointsDir] = process.argv.slice(2);
const generator = await loadGenerator(model, { checkpointsDir });
const app = new Hono();

app.post('/translate', bodyLimit({ maxSize: 8e6 }), async (c) => {
  const photo = await generator.translate(new Uint8Array(await c.req.arrayBuffer()));
  return c.body(new Uint8Array(await encodePng(photo)), 200, { 'Content-Type': 'image/png' });
});
app.onError((error, c) =>
  error instanceof Pix2PixError ? c.text(error.message, 422) : c.text('a defect', 500),
);

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) }, (at) =>
  console.log(`http://127.0.0.1:${at.port}/translate`),
);
process.once('SIGTERM', () => server.close(() => generator.dispose()));
