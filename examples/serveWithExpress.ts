// A route of an Express server that translates.
//
//   npm run build && node dist/examples/serveWithExpress.js facades_pix2pix 3000
//   curl -H 'Content-Type: image/png' --data-binary @labels.png http://127.0.0.1:3000/translate > photo.png
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { encodePng, loadGenerator, Pix2PixError } from 'pix2pix-ts';

const [model, port = '3000', checkpointsDir] = process.argv.slice(2);
const generator = await loadGenerator(model, { checkpointsDir });
const app = express();

app.post('/translate', express.raw({ type: 'image/*', limit: '8mb' }), async (request, response) => {
  const photo = await generator.translate(new Uint8Array(request.body));
  response.type('png').send(Buffer.from(await encodePng(photo)));
});
const tell: ErrorRequestHandler = (error, _request, response, _next) => {
  const isOfImage = error instanceof Pix2PixError;
  response.status(isOfImage ? 422 : (error.status ?? 500)).send(isOfImage ? error.message : 'a defect');
};
app.use(tell);

const server = app.listen(Number(port), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/translate`),
);
process.once('SIGTERM', () => server.close(() => generator.dispose()));
