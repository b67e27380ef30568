import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { untilPart } from '../../../../test/untilPart.js';
import type { Progress } from '../../../base/progress.js';
import { type DatasetName, publishedUrl } from './catalogue.js';
import { downloadDataset } from './downloadDataset.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let root: string;
let url: string;
let answer: Answer;
let requests: (string | undefined)[];
const server = createServer((request, response) => {
  requests.push(request.headers.range);
  answer(request, response);
});

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'download-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/facades.tar.gz`;
});
beforeEach(() => {
  requests = [];
});
after(async () => {
  server.close();
  server.closeAllConnections();
  await rm(root, { recursive: true });
});

const archive = async (files: Record<string, string>) =>
  gzipSync(
    await packTar(
      Object.entries(files).map(([name, body]) => ({
        header: { name, size: body.length, type: 'file' as const },
        body,
      })),
    ),
  );

/** 400 kB that gzip cannot shrink, so that a transfer has a middle. */
const big = createHash('shake256', { outputLength: 200_000 }).update('pix2pix').digest('hex');
const whole = await archive({
  'facades/train/1.jpg': big,
  'facades/val/1.jpg': 'b',
  'facades/._train': 'mac',
});

/** A server as the standard has it: ranges, If-Range, strong ETag. */
const serve =
  (body: Buffer, etag = '"v1"'): Answer =>
  (request, response) => {
    const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const start = first !== undefined && request.headers['if-range'] === etag ? Number(first) : 0;
    const headers = { etag, 'content-length': body.length - start };
    if (start > 0 && start >= body.length)
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    else if (start === 0) response.writeHead(200, headers).end(body);
    else {
      const range = `bytes ${start}-${body.length - 1}/${body.length}`;
      response.writeHead(206, { ...headers, 'content-range': range }).end(body.subarray(start));
    }
  };

/** Promises the whole body and hangs up after `bytes` of it, when some of them have come to lie on the disk. */
const hangUp =
  (body: Buffer, bytes: number, headers = {}): Answer =>
  async (_request, response) => {
    response.writeHead(200, { 'content-length': body.length, ...headers });
    response.write(body.subarray(0, bytes));
    await untilPart(root, () => response.destroyed);
    response.destroy();
  };

const download = (folder: string, more = {}) =>
  downloadDataset({ name: 'facades', out: join(root, folder), url, retries: 2, retryDelay: 5, ...more });

const left = async (folder: string) => (await readdir(root)).filter((name) => name.startsWith(folder)).sort();

test('a server that promises more than it has is given up, however often it begins anew', async () => {
  // A range from the end of what there is is refused, so that the next try has no part to go on from.
  const lying: Answer = (request, response) => {
    if (request.headers.range !== undefined) return void response.writeHead(416).end();
    response.writeHead(200, { etag: '"v1"', 'content-length': 2 * whole.length });
    response.write(whole, () => response.destroy());
  };
  answer = (request, response) => {
    assert.ok(requests.length < 50, 'it is asked without end');
    lying(request, response);
  };
  await assert.rejects(download('lying'), /new tries did not help/);
  assert.ok(requests.length <= 6, `asked ${requests.length} times`);
  for (const name of await left('lying')) await rm(join(root, name), { recursive: true }); // for `untilPart`
});

test('a plain download is unpacked without its wrapping folder, and a second run asks nobody', async () => {
  answer = serve(whole);
  const seen: Progress[] = [];
  const result = await download('plain', { onProgress: (p: Progress) => seen.push(p) });
  assert.deepEqual(result, { out: join(root, 'plain'), written: true });
  assert.equal(await readFile(join(root, 'plain/train/1.jpg'), 'utf8'), big);
  assert.deepEqual((await readdir(join(root, 'plain'))).sort(), ['dataset.json', 'train', 'val']);
  const { sha256, files } = JSON.parse(await readFile(join(root, 'plain/dataset.json'), 'utf8'));
  assert.deepEqual([sha256, files], [createHash('sha256').update(whole).digest('hex'), 2]);
  assert.deepEqual(await left('plain'), ['plain'], 'the archive and its state are gone');
  for (const stage of ['downloading', 'unpacking']) {
    const last = seen.filter((p) => p.stage === stage).pop();
    assert.deepEqual([last?.done, last?.total], [whole.length, whole.length]);
  }
  assert.equal((await download('plain')).written, false);
  assert.equal(requests.length, 1);
});

test('an interrupted download continues where it stopped, in the same run and in the next', async () => {
  const middle = 150_000;
  let calls = 0;
  answer = (request, response) =>
    (++calls === 1 ? hangUp(whole, middle, { etag: '"v1"' }) : serve(whole))(request, response);
  await download('resumed');
  assert.equal(requests[0], undefined);
  assert.match(requests[1]!, /^bytes=\d+-$/);
  assert.ok(Number(requests[1]!.slice(6, -1)) > 0);
  assert.equal(await readFile(join(root, 'resumed/train/1.jpg'), 'utf8'), big);

  requests = [];
  answer = hangUp(whole, middle, { etag: '"v1"' });
  await assert.rejects(download('nextrun', { retries: 0 }), /new tries did not help[\s\S]*continues where/);
  assert.deepEqual(await left('nextrun'), ['nextrun.tar.gz.part', 'nextrun.tar.gz.part.json']);
  answer = serve(whole);
  await download('nextrun');
  assert.match(requests[1]!, /^bytes=\d+-$/);
  assert.equal(await readFile(join(root, 'nextrun/train/1.jpg'), 'utf8'), big);
});

test('a file that changed on the server, and a server without ranges, send everything again', async () => {
  for (const [folder, after] of [
    ['changed', serve(whole, '"v2"')],
    ['norange', (_, response) => void response.writeHead(200, { 'content-length': whole.length }).end(whole)],
  ] as [string, Answer][]) {
    answer = hangUp(await archive({ 'facades/train/old.jpg': big }), 100_000, { etag: '"v1"' });
    await assert.rejects(download(folder, { retries: 0 }));
    answer = after;
    await download(folder);
    assert.deepEqual(await readdir(join(root, folder, 'train')), ['1.jpg']);
  }
});

test('without a length or a name for the version it works as well, from the start each time', async () => {
  answer = (_, response) => void response.writeHead(200).end(whole);
  await download('chunked');
  assert.equal(await readFile(join(root, 'chunked/val/1.jpg'), 'utf8'), 'b');
});

test('a server that fails for a while is asked again, one that refuses is not', async () => {
  let calls = 0;
  answer = (request, response) =>
    ++calls < 3 ? void response.writeHead(503).end() : serve(whole)(request, response);
  await download('busy');
  assert.equal(calls, 3);
  requests = [];
  answer = (_, response) => void response.writeHead(404).end();
  await assert.rejects(download('gone'), /answered 404[\s\S]*facades\.tar\.gz[\s\S]*--url/);
  assert.equal(requests.length, 1);
  answer = (_, response) => void response.writeHead(503).end();
  await assert.rejects(download('down'), /answered 503/);
  assert.equal(requests.length, 4, 'two retries and no more');
});

test('silence, a closed port, odd addresses and endless redirects end with a word', async () => {
  answer = () => {};
  await assert.rejects(download('silent', { idleTimeout: 60, retries: 1 }), /sent nothing for 0\.06 s/);
  await assert.rejects(
    download('closed', { url: 'http://127.0.0.1:1/x' }),
    /cannot be reached[\s\S]*ECONNREFUSED/,
  );
  await assert.rejects(download('odd', { url: 'file:///etc/passwd' }), /not an http or https address/);
  answer = (_, response) => void response.writeHead(302, { location: '/again' }).end();
  await assert.rejects(download('circle'), /too many redirects/);
  answer = (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  await assert.rejects(download('sly'), /not an http or https address/);
  let calls = 0;
  answer = (request, response) =>
    ++calls === 1
      ? void response.writeHead(301, { location: '/moved' }).end()
      : serve(whole)(request, response);
  assert.equal((await download('moved')).written, true);
});

test('a damaged archive is refused and forgotten, so that the next run fetches a fresh one', async () => {
  const flipped = Buffer.from(whole);
  flipped[flipped.length >> 1] ^= 0x10;
  for (const body of [
    flipped,
    whole.subarray(0, whole.length - 900),
    Buffer.from('<html>Log in</html>'),
    Buffer.alloc(0),
  ]) {
    answer = serve(body);
    await assert.rejects(download('damaged'), /the archive is damaged[\s\S]*fresh copy/);
    assert.deepEqual(await left('damaged'), []);
  }
  const cut = gzipSync(
    Buffer.from(
      await packTar([{ header: { name: 'a', size: 2000, type: 'file' }, body: 'x'.repeat(2000) }]),
    ).subarray(0, 1000),
  );
  answer = serve(cut);
  await assert.rejects(download('damaged'), /the archive is damaged/);
  answer = serve(whole);
  await assert.rejects(download('damaged', { sha256: '0'.repeat(64) }), /not the one expected/);
  const sha256 = createHash('sha256').update(whole).digest('hex');
  assert.equal((await download('damaged', { sha256: sha256.toUpperCase() })).written, true);
});

test('a hostile archive writes nothing outside, nothing at all', async () => {
  const file = (name: string) => ({ header: { name, size: 1, type: 'file' as const }, body: 'x' });
  const link = (type: 'symlink' | 'link') => ({ header: { name: 'train', size: 0, type, linkname: '/tmp' } });
  const innocent = file('facades/train/1.jpg');
  const cases: [Parameters<typeof packTar>[0], RegExp][] = [
    [[innocent, file('../escaped')], /written outside/],
    [[innocent, file('facades/../../escaped')], /written outside/],
    [[file('/escaped')], /written outside/],
    [[file('..\\escaped')], /written outside/],
    [[file('C:escaped')], /written outside/],
    [[file('a\u001b[2Jb')], /written outside[\s\S]*\\u001b/],
    [[file(Array(20).fill('d').join('/'))], /written outside/],
    [[link('symlink'), file('train/escaped')], /a symlink/],
    [[innocent, link('link')], /a link/],
    [[{ header: { name: 'fifo', size: 0, type: 'fifo' } }], /a fifo/],
  ];
  for (const [entries, message] of cases) {
    answer = serve(gzipSync(await packTar(entries)));
    await assert.rejects(download('hostile'), message);
    assert.deepEqual(await left('hostile'), []);
    assert.deepEqual(await left('escaped'), []);
  }
  assert.equal((await readdir(tmpdir())).includes('escaped'), false);
});

test('archives that swell are stopped at the limits', async () => {
  const bomb = gzipSync(
    await packTar([
      { header: { name: 'zeros', size: 4_000_000, type: 'file' }, body: new Uint8Array(4_000_000) },
    ]),
  );
  assert.ok(bomb.length < 10_000);
  answer = serve(bomb);
  await assert.rejects(download('bomb', { maxBytes: 1_000_000 }), /larger than any[\s\S]*1000000 bytes/);
  answer = serve(await archive({ a: '1', b: '2', c: '3' }));
  await assert.rejects(download('bomb', { maxEntries: 2 }), /larger than any[\s\S]*2 entries/);
  assert.deepEqual(await left('bomb'), []);
});

test("a folder with a person's files in it is left alone", async () => {
  await mkdir(join(root, 'mine'));
  await writeFile(join(root, 'mine/notes.txt'), 'years');
  answer = serve(whole);
  await assert.rejects(download('mine'), /not empty[\s\S]*notes\.txt/);
  assert.equal(requests.length, 0);
  await assert.rejects(
    downloadDataset({ name: 'faces' as DatasetName }),
    /no published data set[\s\S]*edges2shoes/,
  );
});

test('the published address is the one of the reference script', () => {
  assert.equal(publishedUrl('maps'), 'http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/maps.tar.gz');
});

const hasTar = spawnSync('tar', ['--version']).status === 0;
test('archives of the system tar are read', { skip: hasTar ? false : 'no tar command here' }, async () => {
  await mkdir(join(root, 'source/facades/train'), { recursive: true });
  await writeFile(join(root, `source/facades/train/${'long'.repeat(40)}.jpg`), big);
  execFileSync('tar', ['-czf', join(root, 'source.tgz'), '-C', join(root, 'source'), 'facades']);
  answer = serve(await readFile(join(root, 'source.tgz')));
  await download('system');
  assert.equal(await readFile(join(root, `system/train/${'long'.repeat(40)}.jpg`), 'utf8'), big);
});
