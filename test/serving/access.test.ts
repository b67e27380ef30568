import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../tinyRun.js';
import { makeModels, picture, translate, withService } from './servedModels.js';

// Who may ask the service, and for what.

const runs = temporaryFolder();
await makeModels(runs, 'first');

test('where a token is required nothing but the probes is answered without it', async () => {
  const token = 'a-token-of-some-length';
  await withService({ checkpointsDir: runs, token }, async (service, at) => {
    assert.equal(service.url, `${at}/`, 'what is printed has no token that was given');
    const bearer = { Authorization: `Bearer ${token}` };
    for (const path of ['/v1/models', '/metrics', '/openapi.json']) {
      const refused = await fetch(at + path);
      assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer'], path);
      assert.equal((await fetch(at + path, { headers: { Authorization: 'Bearer wrong' } })).status, 401);
      assert.equal((await fetch(at + path, { headers: bearer })).status, 200);
    }
    assert.equal((await translate(at, await picture(1))).status, 401);
    for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(at + path)).status, 200);
    assert.equal(
      (await fetch(`${at}/v1/models?token=${token}`)).status,
      401,
      'a token does not belong into addresses',
    );
  });
});

test('where others can reach it a token is made, and told', async () => {
  await withService({ checkpointsDir: runs, host: '0.0.0.0' }, async (service, at) => {
    const token = new URL(service.url).searchParams.get('token')!;
    assert.match(token, /^[0-9a-f]{32}$/);
    assert.equal((await fetch(`${at}/v1/models`)).status, 401);
    const bearer = { Authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${at}/v1/models`, { headers: bearer })).status, 200);
  });
});

test('who wants the API alone gets no pages', async () => {
  await withService({ checkpointsDir: runs, hasPages: false }, async (_, at) => {
    for (const path of ['/', '/playground/first', '/playground/first/'])
      assert.equal((await fetch(at + path)).status, 404, path);
    assert.equal((await fetch(`${at}/v1/models`)).status, 200);
  });
  await withService({ checkpointsDir: runs }, async (_, at) => {
    assert.equal((await fetch(`${at}/`)).status, 200, 'which are there otherwise');
  });
});

test('pages of listed origins may ask, others may not', async () => {
  const listed = 'https://app.example.org';
  await withService({ checkpointsDir: runs, origins: [listed] }, async (_, at) => {
    const image = await picture(1);
    const from = (origin: string) => translate(at, image, '', { Origin: origin });
    const allowed = await from(listed);
    assert.deepEqual([allowed.status, allowed.headers.get('access-control-allow-origin')], [200, listed]);
    for (const origin of [
      'https://evil.example',
      'null',
      `${listed}.evil.example`,
      'http://app.example.org',
    ]) {
      const refused = await from(origin);
      assert.deepEqual(
        [refused.status, refused.headers.get('access-control-allow-origin')],
        [403, null],
        origin,
      );
    }
    const preflight = await fetch(`${at}/v1/translate`, {
      method: 'OPTIONS',
      headers: {
        Origin: listed,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'content-type');
    assert.equal((await from(at)).status, 200, 'its own pages');
  });
});
