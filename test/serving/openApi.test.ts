import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createApp } from '../../src/inference/serve/app.js';
import type { AppParts } from '../../src/inference/serve/appParts.js';
import { describeService } from '../../src/inference/serve/openApi.js';
import type { Service } from '../../src/inference/serve/service.js';
import { temporaryFolder } from '../tinyRun.js';
import { makeModels, picture, startTestService, translate, translateJson } from './servedModels.js';

// The description of the service against the standard, against the routes, and against what is answered.

const openApi = describeService(false);
const runs = temporaryFolder();
let service: Service;
let url: string;

before(async () => {
  await makeModels(runs, 'only');
  service = await startTestService({ checkpointsDir: runs, limits: { imagePixels: 10_000 } });
  url = new URL(service.url).origin;
});
after(() => service.drain());

test('it is a description by OpenAPI 3.1', async () => {
  for (const needsToken of [true, false]) {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(describeService(needsToken)));
    assert.deepEqual([valid, errors, validator.version], [true, undefined, '3.1']);
  }
});

test('it has the routes that there are, and no other', () => {
  const parts = { access: { host: '127.0.0.1' }, origins: [] } as unknown as AppParts;
  const routes = createApp({ ...parts, ending: new AbortController().signal }).routes;
  const isPage = (path: string) => path === '/' || path.startsWith('/playground/');
  const served = routes
    .filter(({ method, path }) => method !== 'ALL' && !isPage(path))
    .map(({ method, path }) => `${method} ${path}`);
  const described = Object.entries(openApi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(described.sort(), [...new Set(served)].sort());
});

interface Described {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** Fails where an answer is of a status, a type or a form that the description does not have. */
async function assertDescribed(operation: Described, answer: Response): Promise<void> {
  const described = operation.responses[answer.status];
  assert.ok(described, `${answer.status} is not described`);
  const type = answer.headers.get('content-type')!.split(';')[0];
  assert.ok(Object.keys(described.content ?? {}).includes(type), `${answer.status} of type ${type}`);
  if (type !== 'application/json') return;
  const ajv = new Ajv2020({
    strict: false,
    formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
  });
  const { schema } = described.content![type];
  const validate = ajv.compile({ ...schema, components: openApi.components });
  assert.ok(validate(await answer.json()), JSON.stringify(validate.errors));
}

test('answers are as it says', async () => {
  const { post } = openApi.paths['/v1/translate'];
  const image = await picture(1);
  const base64 = image.toString('base64');
  for (const format of ['png', 'jpg', 'webp', 'tiff'])
    await assertDescribed(post, await translate(url, image, `?format=${format}`));
  await assertDescribed(post, await translateJson(url, { images: [base64, base64], format: 'webp' }));
  const refused: Response[] = [
    await translateJson(url, {}),
    await translateJson(url, { images: [base64], model: 'none' }),
    await translateJson(url, { images: ['aGVsbG8='] }),
    await translate(url, await picture(1, 200, 100)),
    await translate(url, 'text', '', { 'Content-Type': 'text/plain' }),
    await translate(url, image, '', { Origin: 'https://evil.example' }),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [400, 404, 422, 413, 415, 403],
  );
  for (const answer of refused) await assertDescribed(post, answer);
  for (const path of ['/v1/models', '/healthz', '/readyz', '/metrics', '/openapi.json'] as const)
    await assertDescribed(openApi.paths[path].get, await fetch(url + path));
});
