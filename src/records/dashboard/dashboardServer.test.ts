import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { csvParse } from 'd3-dsv';
import { makeSyntheticRuns } from '../../../test/dashboard/syntheticRuns.js';
import type { EmbeddedRun, RunDetail, RunList, Series } from './api.js';
import { type DashboardServer, startDashboard } from './dashboardServer.js';
import { PAGE_FOLDER } from './page.js';

const root = mkdtempSync(join(tmpdir(), 'dashboard-'));
const runs = join(root, 'runs');
let server: DashboardServer;
let token: string;

before(async () => {
  await makeSyntheticRuns(runs, { points: 50, images: 2 });
  writeFileSync(join(root, 'secret.txt'), 'secret');
  server = await startDashboard({ logDirectory: runs, port: 0 });
  await server.index.update();
  const page = await fetch(server.url);
  token = /<meta name="token" content="(\w+)"/.exec(await page.text())?.[1] ?? '';
});

after(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

/** With headers that fetch would not send. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
    url = server.url,
  }: { method?: string; headers?: Record<string, string>; body?: string; url?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

async function json<T>(path: string): Promise<T> {
  const { status, text } = await ask(path);
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

test('the runs, one of them, its curves and its images', async () => {
  const list = await json<RunList>('/api/runs');
  assert.equal(list.logDirectory, runs);
  assert.deepEqual(
    list.runs.map(({ id, state }) => [id, state]),
    [
      ['facades_crashed', 'crashed'],
      ['facades_damaged', 'finished'],
      ['facades_finished', 'finished'],
      ['facades_foreign', 'stopped'],
      ['facades_nan', 'crashed'],
      ['facades_resumed', 'stopped'],
      ['facades_running', 'running'],
      ['facades_stopped', 'stopped'],
    ],
  );
  const { summary, marks, imageSteps } = await json<RunDetail>('/api/run?run=facades_nan');
  assert.equal(summary.last['loss/G_L1'], null);
  assert.ok(marks.some(({ kind, label }) => kind === 'nan' && label === 'loss/G_L1'));
  const [first, second] = await json<Series[]>(
    '/api/series?run=facades_nan&run=no&run=facades_finished&tag=lr&tag=nothing',
  );
  assert.deepEqual(
    [first.run, first.count, first.isExact, second.run],
    ['facades_nan', 50, true, 'facades_finished'],
  );
  const { tag, steps } = imageSteps[0];
  const image = await ask(`/api/image?run=facades_nan&tag=${encodeURIComponent(tag)}&step=${steps[0]}`);
  assert.deepEqual([image.status, image.headers['content-type']], [200, 'image/png']);
});

test('every answer forbids the page what it does not need', async () => {
  for (const path of ['/', '/api/runs', '/nothing', '/api/export/series?run=facades_nan&tag=lr']) {
    const { headers } = await ask(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/, path);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('a name that is not this server’s, or a page of another site, gets nothing', async () => {
  const { port } = new URL(server.url);
  const strangers: Record<string, string>[] = [
    { host: `evil.example:${port}` },
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example' },
    { host: `127.0.0.1:${port}`, origin: 'http://evil.example' },
    { host: `127.0.0.1:${port}`, origin: 'null' },
    { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${Number(port) + 1}` },
    { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of strangers) {
    const { status, text } = await ask('/api/runs', { headers });
    assert.ok(status === 403 || status === 400, JSON.stringify(headers));
    assert.doesNotMatch(text, /facades/);
  }
  const ours: Record<string, string>[] = [
    { host: `localhost:${port}` },
    { host: 'localhost:9000' }, // by way of a tunnel
    { host: '[::1]:9000' },
    { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` },
  ];
  for (const headers of ours) {
    assert.equal((await ask('/api/runs', { headers })).status, 200, JSON.stringify(headers));
  }
});

test('no request leads out of the log directory', async () => {
  symlinkSync(root, join(runs, 'facades_finished', 'out'));
  symlinkSync(join(root, 'secret.txt'), join(runs, 'facades_finished', 'log.txt'));
  mkdirSync(join(runs, 'linked'));
  symlinkSync(join(root, 'secret.txt'), join(runs, 'linked', 'events.out.tfevents.1.secret'));
  for (const id of [
    '..',
    '../',
    '%2e%2e',
    '/etc',
    'facades_finished/..',
    'facades_finished/out',
    'linked',
    '',
  ]) {
    assert.equal((await ask(`/api/run?run=${id}`)).status, 404, id);
    assert.equal((await ask(`/api/log?run=${id}`)).status, 404, id);
  }
  for (const path of [
    '/assets/..%2fapp.js',
    '/assets/%2e%2e/index.html',
    '/../package.json',
    '/assets/../../x.js',
  ]) {
    const { status } = await ask(path);
    assert.equal(status, 404, path);
  }
  assert.doesNotMatch((await ask('/api/log?run=facades_finished')).text, /secret/);
  assert.doesNotMatch(
    (await ask('/api/files?run=facades_finished')).text,
    /secret|"out|log\.txt"(?<!loss_log\.txt")/,
  );
});

test('an action needs the token of the page, a POST, and a run that is there', async () => {
  const headers = { 'x-pix2pix-token': token };
  const annotate = (options: object) =>
    ask('/api/annotate?run=facades_stopped', { method: 'POST', body: '{"notes":"hm"}', ...options });
  assert.equal((await annotate({})).status, 403);
  assert.equal((await annotate({ headers: { 'x-pix2pix-token': 'guessed' } })).status, 403);
  assert.equal((await annotate({ headers, method: 'GET', body: '' })).status, 405);
  assert.equal((await annotate({ headers, method: 'PUT' })).status, 405);
  assert.equal((await annotate({ headers, body: 'x' })).status, 400);
  assert.equal((await annotate({ headers, body: '{"color":"url(x)"}' })).status, 400);
  const announced = { ...headers, 'content-length': String(2 << 20) };
  assert.equal((await annotate({ headers: announced, body: '' })).status, 413);
  assert.equal((await ask('/api/annotate?run=..', { method: 'POST', headers, body: '{}' })).status, 404);
  assert.equal(existsSync(join(runs, 'facades_stopped', 'annotations.json')), false);
  const { status, text } = await annotate({ headers });
  assert.equal(status, 200, text);
  assert.deepEqual(JSON.parse(text).annotations, { notes: 'hm' });
  assert.deepEqual(JSON.parse(readFileSync(join(runs, 'facades_stopped', 'annotations.json'), 'utf8')), {
    notes: 'hm',
  });
});

test('a running run is asked to stop or to save; another is not', async () => {
  const headers = { 'x-pix2pix-token': token };
  const post = (path: string) => ask(path, { method: 'POST', headers });
  assert.equal((await post('/api/stop?run=facades_running')).status, 200);
  assert.equal((await post('/api/save?run=facades_running')).status, 200);
  assert.ok(existsSync(join(runs, 'facades_running', 'requests', 'stop')));
  assert.ok(existsSync(join(runs, 'facades_running', 'requests', 'save')));
  assert.equal((await post('/api/stop?run=facades_finished')).status, 409);
  assert.equal((await post('/api/stop?run=facades_foreign')).status, 409);
});

test('a run is deleted only when its name is repeated, it does not run, and it is no link', async () => {
  const headers = { 'x-pix2pix-token': token };
  const remove = (run: string, confirm: unknown) =>
    ask(`/api/delete?run=${run}`, { method: 'POST', headers, body: JSON.stringify({ confirm }) });
  assert.equal((await remove('facades_crashed', undefined)).status, 400);
  assert.equal((await remove('facades_crashed', 'facades_nan')).status, 400);
  assert.equal((await remove('facades_running', 'facades_running')).status, 409);
  const elsewhere = join(root, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'kept'), '');
  rmSync(join(runs, 'facades_damaged'), { recursive: true });
  symlinkSync(elsewhere, join(runs, 'facades_damaged'));
  const linked = await remove('facades_damaged', 'facades_damaged');
  assert.ok(linked.status === 400 || linked.status === 404, linked.text);
  assert.ok(existsSync(join(elsewhere, 'kept')));
  assert.equal((await remove('facades_crashed', 'facades_crashed')).status, 200);
  assert.equal(existsSync(join(runs, 'facades_crashed')), false);
});

test('every point is exported, as CSV and as JSON', async () => {
  const query = 'run=facades_nan&run=facades_finished&tag=loss/G_L1';
  const csv = await ask(`/api/export/series?${query}`);
  assert.match(String(csv.headers['content-disposition']), /^attachment; filename="2_runs_loss_G_L1\.csv"$/);
  const rows = csvParse(csv.text);
  assert.deepEqual(rows.columns, ['run', 'tag', 'step', 'time', 'value']);
  assert.equal(rows.length, 100);
  assert.equal(rows[49].value, 'NaN');
  const [nan, finished] = JSON.parse((await ask(`/api/export/series?${query}&format=json`)).text);
  assert.deepEqual([nan.run, nan.points.length, nan.points[49][2]], ['facades_nan', 50, null]);
  assert.deepEqual(finished.points[3], [rows[53].step, rows[53].time, rows[53].value].map(Number));
  assert.equal((await ask('/api/export/series?run=no&tag=lr')).status, 404);
});

test('a run is exported as one file, whose data cannot end its script', async (t) => {
  if (!existsSync(join(PAGE_FOLDER, 'report.html'))) return t.skip('the page is not built: npm run build');
  const file = join(runs, 'facades_finished', 'annotations.json');
  writeFileSync(file, JSON.stringify({ notes: '</script><script>alert(1)</script> $& ' }));
  await server.index.refresh('facades_finished');
  const { text } = await ask('/api/export/run?run=facades_finished');
  const data = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
  const run: EmbeddedRun = JSON.parse(data);
  assert.equal(run.detail.summary.annotations.notes, '</script><script>alert(1)</script> $& ');
  assert.equal(run.series.length, run.detail.summary.scalars.length);
  const [{ tag, steps }] = run.detail.imageSteps;
  assert.deepEqual(
    run.images.filter((image) => image.tag === tag).map(({ step }) => step),
    steps,
  );
  assert.match(run.images[0].uri, /^data:image\/png;base64,iVBOR/);
});

test('where others can reach it, a token is required: in the address once, then by a cookie', async () => {
  const open = await startDashboard({ logDirectory: runs, port: 0, host: '0.0.0.0' });
  try {
    const secret = new URL(open.url).searchParams.get('token')!;
    assert.match(secret, /^[0-9a-f]{32}$/);
    const { url } = open;
    for (const path of ['/', '/?token=guessed', '/api/runs', `/api/runs?token=${secret}`, '/assets/x.js']) {
      assert.equal((await ask(path, { url })).status, 401, path);
    }
    const first = await ask(`/?token=${secret}`, { url });
    assert.deepEqual([first.status, first.headers.location], [302, '/']);
    const [cookie] = first.headers['set-cookie'] as string[];
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    const headers = { cookie: cookie.split(';')[0] };
    assert.equal((await ask('/api/runs', { url, headers })).status, 200);
    assert.equal(
      (await ask('/api/runs', { url, headers: { authorization: `Bearer ${secret}` } })).status,
      200,
    );
  } finally {
    await open.close();
  }
});

test('a port that is taken is reported with the fix', async () => {
  const { port } = new URL(server.url);
  await assert.rejects(
    startDashboard({ logDirectory: runs, port: Number(port) }),
    new RegExp(`port ${port} is taken[\\s\\S]*fix +--port ${Number(port) + 1}`),
  );
});
