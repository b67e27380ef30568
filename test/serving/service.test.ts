import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadGenerator } from '../../src/inference/loadGenerator.js';
import type { Service } from '../../src/inference/serve/service.js';
import { hugePng } from '../hugePng.js';
import { temporaryFolder } from '../tinyRun.js';
import { until } from '../until.js';
import { rawConnection, rawGet } from './rawConnection.js';
import {
  type Body,
  makeModels,
  picture,
  pixelsOf,
  startTestService,
  translate,
  translateJson,
  weightsOf,
  withService,
} from './servedModels.js';

// The service over HTTP, with models so small that they take milliseconds.

const folder = temporaryFolder();
const runs = join(folder, 'runs');
let service: Service;
let url: string;

before(async () => {
  await makeModels(runs, 'first', 'second');
  writeFileSync(join(folder, 'secret.png'), await picture(1));
  service = await startTestService({ checkpointsDir: runs, limits: { imagePixels: 10_000 } });
  url = new URL(service.url).origin;
});
after(() => service.drain());

/** What the library translates, without a service. */
async function expected(model: string, image: Uint8Array): Promise<Buffer> {
  const generator = await loadGenerator(model, { checkpointsDir: runs, threads: 1 });
  try {
    return Buffer.from((await generator.translate(image)).data);
  } finally {
    await generator.dispose();
  }
}

test('an image in, its translation out, of the model that is named, in the format that is asked for', async () => {
  const image = await picture(3, 50, 41);
  for (const model of ['first', 'second']) {
    const answer = await translate(url, image, `?model=${model}`);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png']);
    const file = Buffer.from(await answer.arrayBuffer());
    assert.ok((await pixelsOf(file)).equals(await expected(model, image)), model);
  }
  for (const [format, mediaType] of Object.entries({
    jpg: 'image/jpeg',
    webp: 'image/webp',
    tiff: 'image/tiff',
  })) {
    const answer = await translate(url, image, `?model=first&format=${format}&quality=80`);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, mediaType]);
  }
});

test('several images by JSON, each its own translation, whatever their sizes', async () => {
  const images = await Promise.all([2, 3, 4, 5, 6].map((level) => picture(level, level < 5 ? 32 : 40, 32)));
  const answer = await translateJson(url, {
    model: 'first',
    images: images.map((image) => image.toString('base64')),
  });
  assert.equal(answer.status, 200);
  const body = (await answer.json()) as { model: string; images: Record<string, unknown>[] };
  assert.equal(body.model, 'first');
  for (const [index, { image, width, height, mediaType }] of body.images.entries()) {
    assert.deepEqual([width, height, mediaType], [index < 3 ? 32 : 40, 32, 'image/png']);
    const pixels = await pixelsOf(Buffer.from(image as string, 'base64'));
    assert.ok(pixels.equals(await expected('first', images[index])), `image ${index}`);
  }
});

test('the models, which come and go with their files', async () => {
  const names = async () => {
    const { models } = (await (await fetch(`${url}/v1/models`)).json()) as { models: { name: string }[] };
    return models.map(({ name }) => name);
  };
  const image = await picture(7);
  const pixels = async () => {
    const answer = await translate(url, image, '?model=third');
    assert.equal(answer.status, 200, await answer.clone().text());
    return pixelsOf(Buffer.from(await answer.arrayBuffer()));
  };
  cpSync(join(runs, 'first'), join(runs, 'third'), { recursive: true });
  assert.deepEqual(await names(), ['first', 'second', 'third']);
  assert.ok((await pixels()).equals(await expected('first', image)));
  cpSync(join(runs, 'second'), join(runs, 'third'), { recursive: true });
  assert.ok((await pixels()).equals(await expected('second', image)), 'the new weights serve at once');
  rmSync(join(runs, 'third'), { recursive: true });
  assert.deepEqual(await names(), ['first', 'second']);
  assert.equal((await translate(url, image, '?model=third')).status, 404);
});

test('a model that cannot be read is answered with 503, and the others go on', async () => {
  cpSync(join(runs, 'first'), join(runs, 'damaged'), { recursive: true });
  writeFileSync(weightsOf(runs, 'damaged'), 'no weights');
  const image = await picture(7);
  const refused = await translate(url, image, '?model=damaged');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '10']);
  assert.match(((await refused.json()) as { error: string }).error, /^the model damaged cannot be read: /);
  assert.equal((await translate(url, image, '?model=first')).status, 200);
  rmSync(join(runs, 'damaged'), { recursive: true });
});

test('what cannot be translated is refused, with what is wrong and how to correct it', async () => {
  const image = await picture(2);
  const base64 = image.toString('base64');
  const send = (headers: Record<string, string>, body: Body) => translate(url, body, '?model=first', headers);
  const text = (type: string, body: string) => send({ 'Content-Type': type }, body);
  const json = (body: string) => text('application/json', body);
  const cases: readonly [name: string, answer: Promise<Response>, status: number, error: RegExp][] = [
    [
      'bomb',
      translate(url, hugePng(), '?model=first'),
      413,
      /the image: it has 60000x60000 pixels, more than/,
    ],
    [
      'pixels',
      translate(url, await picture(1, 101, 100), '?model=first'),
      413,
      /it has 10100 pixels, more than 10000/,
    ],
    ['no image', translate(url, 'hello', '?model=first'), 422, /the image: it is no JPEG, PNG/],
    ['cut image', translate(url, image.subarray(0, 200), '?model=first'), 422, /cannot be decoded/],
    [
      'svg',
      translate(url, '<svg xmlns="http://www.w3.org/2000/svg"/>', '?model=first'),
      422,
      /it is no JPEG/,
    ],
    ['empty', translate(url, '', '?model=first'), 400, /the body is empty/],
    ['type', text('text/html', 'x'), 415, /the body is text\/html/],
    ['gzip', send({ 'Content-Encoding': 'gzip' }, image), 415, /uncompressed/],
    ['format', translate(url, image, '?model=first&format=bmp'), 400, /no such format/],
    ['quality', translate(url, image, '?model=first&quality=0'), 400, /quality is to be/],
    ['quality', translate(url, image, '?model=first&quality=1e1'), 400, /quality is to be/],
    ['which', translate(url, image), 400, /2 models are served: name one/],
    ['json', json('{'), 400, /no JSON object/],
    ['json', json('[]'), 400, /no JSON object/],
    ['field', json(`{"model":"first","images":["${base64}"],"imges":1}`), 400, /no field "imges"/],
    ['images', json('{"model":"first","images":[]}'), 400, /images is to be a list/],
    ['images', json('{"model":"first","images":"x"}'), 400, /images is to be a list/],
    ['base64', json('{"model":"first","images":["*"]}'), 400, /images\[0\] is no base64/],
    ['model', json(`{"model":1,"images":["${base64}"]}`), 400, /model is to be a text/],
    [
      'one bad',
      json(`{"model":"first","images":["${base64}","aGVsbG8="]}`),
      422,
      /images\[1\]: it is no JPEG/,
    ],
  ];
  for (const [name, asked, status, error] of cases) {
    const answer = await asked;
    const refusal = (await answer.json()) as Record<string, string>;
    assert.equal(answer.status, status, `${name}: ${JSON.stringify(refusal)}`);
    assert.match(refusal.error, error, name);
    assert.equal(refusal.requestId, answer.headers.get('x-request-id'));
  }
  assert.equal((await translate(url, image, '?model=first')).status, 200, 'and goes on');
});

test('no name leads out of the folder of the models', async () => {
  const image = await picture(2);
  const names = [
    '../secret.png',
    '..',
    '.',
    '',
    '/etc/passwd',
    'first/../second',
    'first/latest_net_G',
    '%2e%2e',
    'first\0',
  ];
  for (const name of [...names, join(runs, 'first'), '__proto__', 'constructor']) {
    const answer = await translate(url, image, `?model=${encodeURIComponent(name)}`);
    assert.equal(answer.status, 404, name);
    assert.match(((await answer.json()) as { error: string }).error, /^there is no model /);
  }
  for (const path of [
    ...[
      '/../secret.png',
      '/%2e%2e/secret.png',
      '/..%2fsecret.png',
      '/v1/models/../../secret.png',
      '//secret.png',
    ],
    ...['/secret.png', '/runs/first/latest.json', '/playground/../first/latest.json'],
    ...['/playground/..%2f..%2fsecret.png/', `${join(folder, 'secret.png')}`],
    'http://127.0.0.1/../secret.png',
  ])
    assert.match(await rawGet(url, path), /^HTTP\/1\.1 40[04] /, path);
  assert.match(
    await rawGet(url, '/playground/%2e%2e/'),
    /<title>pix2pix serve</,
    'the page above it, not the folder',
  );
});

test('more than the queue takes is refused, to be asked again later', async () => {
  await withService({ checkpointsDir: runs, limits: { queue: 2, bodyBytes: 100_000 } }, async (_, at) => {
    const image = await picture(1);
    // At the same time: the first is answered when a thread has begun and loaded the model.
    const answers = await Promise.all([1, 2, 3].map(() => translate(at, image, '?model=first')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    assert.match(refused.headers.get('retry-after')!, /^[1-9]\d*$/);
    const many = { model: 'first', images: new Array(3).fill(image.toString('base64')) };
    assert.equal((await translateJson(at, many)).status, 413);
    assert.equal((await translate(at, Buffer.alloc(100_001), '?model=first')).status, 413);
    const head = 'POST /v1/translate?model=first HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\n';
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    const { socket, answer } = rawConnection(
      at,
      `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(11)}`,
    );
    await until(() => socket.bytesRead > 0); // whoever sends on and on is answered all the same
    socket.destroy();
    assert.match(await answer, /^HTTP\/1\.1 413 /);
    assert.equal((await translate(at, image, '?model=first')).status, 200, 'the places were given back');
  });
});

test('a generator that comes with the package is served under its name', async () => {
  await withService({ models: ['demo:facades'] }, async (_, url) => {
    const { models } = (await (await fetch(`${url}/v1/models`)).json()) as { models: { name: string }[] };
    assert.deepEqual(
      models.map(({ name }) => name),
      ['demo_facades'],
    );
    assert.equal((await translate(url, await picture(1))).status, 200);
  });
});
