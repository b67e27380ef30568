import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { serverAddressFault } from '../../../../options/serverAddress.js';
import { RemoteRefusal } from '../remoteTracker.js';
import { authorization } from './credentials.js';
import { MlflowClient, MlflowError, refusing } from './mlflowClient.js';
import { artifactFolder, metricName } from './mlflowNames.js';

type Answer = (
  url: string,
  authorization: string | undefined,
) => {
  status: number;
  headers?: Record<string, string>;
  body?: Iterable<string>;
};

/** The address of a server that answers so. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { status, headers, body = [] } = answer(request.url!, request.headers.authorization);
    response.writeHead(status, headers);
    Readable.from(body).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const client = (uri: string, environment = {}) =>
  new MlflowClient(uri, new AbortController().signal, environment);

test('a name becomes one that MLflow takes, and two names stay two', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('a', '.', '/', ' ', '_', ':', '*'), maxLength: 12 }),
  );
  fc.assert(
    fc.property(names, names, (a, b) => {
      for (const name of [metricName(a), artifactFolder(a)]) {
        assert.match(name, /^[\w\-. /]+$/); // mlflow/utils/validation.py, validate_param_and_metric_name
        for (const segment of name.split('/')) assert.ok(!['', '.', '..'].includes(segment), name);
      }
      assert.ok(metricName(a).length <= 250);
      if (a !== b) assert.notEqual(metricName(a), metricName(b));
    }),
    { numRuns: 300 },
  );
  assert.equal(metricName('loss/G_L1'), 'loss/G_L1');
  assert.equal(artifactFolder('visuals/fake_B'), 'visuals/fake_B');
  assert.ok(metricName('x'.repeat(1_000_000)).length <= 250);
  assert.ok(artifactFolder('x/'.repeat(500_000)).length <= 100);
});

test('credentials come from where MLflow takes them', () => {
  const basic = { authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` };
  const both = { MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_PASSWORD: 'secret' };
  assert.deepEqual(authorization(both), basic);
  assert.deepEqual(authorization({ ...both, MLFLOW_TRACKING_TOKEN: 't' }), basic);
  assert.deepEqual(authorization({ MLFLOW_TRACKING_TOKEN: 't' }), { authorization: 'Bearer t' });
  assert.deepEqual(authorization({ MLFLOW_TRACKING_USERNAME: 'me' }), {});
});

test('an address with a password, or that is none, is refused', () => {
  assert.equal(serverAddressFault('https://mlflow.example.org/team'), undefined);
  assert.match(serverAddressFault('http://me:secret@host') ?? '', /no password.*MLFLOW_TRACKING_USERNAME/);
  assert.match(serverAddressFault('host:5000') ?? '', /http/);
  assert.match(serverAddressFault('file:///tmp/mlruns') ?? '', /http/);
  assert.match(serverAddressFault('http://host?x=1') ?? '', /before \?/);
});

test('a redirect is reported and not followed, so that credentials go nowhere else', async () => {
  const asked: (string | undefined)[] = [];
  const other = await serve((_, authorization) => {
    asked.push(authorization);
    return { status: 200 };
  });
  const uri = await serve(() => ({ status: 302, headers: { location: `${other}/login` } }));
  const asking = client(uri, { MLFLOW_TRACKING_TOKEN: 'secret' }).get('runs/get', {});
  await assert.rejects(asking, new RegExp(`redirects to ${other}/login`));
  assert.deepEqual(asked, []);
});

test('the message of a server is reported on one line, with the fix for a refused password', async () => {
  const message = `no\n\u001b[31m${'x'.repeat(10_000)}`;
  const uri = await serve((url) =>
    url.includes('denied')
      ? { status: 401, body: ['<html>'] }
      : { status: 400, body: [JSON.stringify({ error_code: 'BAD', message })] },
  );
  await assert.rejects(client(uri).get('x', {}), (error: MlflowError) => {
    assert.equal(error.code, 'BAD');
    assert.match(error.message, /^400 Bad Request: no \\u001b\[31mx+…$/);
    assert.throws(() => refusing(error), RemoteRefusal);
    return error.message.length < 400;
  });
  await assert.rejects(client(uri).get('denied', {}), (error: MlflowError) => {
    assert.match(error.message, /401 Unauthorized: check MLFLOW_TRACKING_USERNAME/);
    assert.throws(() => refusing(error), MlflowError);
    return true;
  });
});

test('an endless answer is abandoned, and one that is no JSON is a failure', async () => {
  function* endless() {
    for (;;) yield 'x'.repeat(65_536);
  }
  const uri = await serve((url) => ({ status: 200, body: url.includes('endless') ? endless() : ['<html>'] }));
  await assert.rejects(client(uri).get('endless', {}), /without end/);
  await assert.rejects(client(uri).get('html', {}), SyntaxError);
});
