import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { fixture } from '../../../test/repository.js';
import { untilPart } from '../../../test/untilPart.js';
import type { Progress } from '../../base/progress.js';
import { demoModelFile } from '../demoModels.js';
import { findGenerator } from '../generatorSource.js';
import { getModel } from './getModel.js';
import { findEntry, readCatalogue } from './readCatalogue.js';

const bytesOf = (name: string) => readFile(fixture(name));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** An entry by git's id; checksum.test.ts compares it with git itself. */
const byGit = (bytes: Uint8Array) => ({
  gitBlob: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  ...{ sha256: undefined, bytes: undefined },
});
const pth = await bytesOf('pth/instance_of_0.3.pth');
const pict = await bytesOf('pict/port.pict');

let root: string;
let address: string;
let served: Record<string, Uint8Array>;
let ranges: (string | undefined)[];
/** Bytes after which the server hangs up, once. */
let cutAfter: number | undefined;

/** As the standard has it: ranges, If-Range, a strong ETag. */
const server = createServer(
  async ({ url = '', headers: asked }: IncomingMessage, response: ServerResponse) => {
    const body = served[url.slice(1)];
    ranges.push(asked.range);
    if (body === undefined) return void response.writeHead(404).end();
    const start = Number(/^bytes=(\d+)-$/.exec(asked.range ?? '')?.[1] ?? 0);
    const headers = { etag: '"1"', 'content-length': body.length - start };
    const range = `bytes ${start}-${body.length - 1}/${body.length}`;
    response.writeHead(start > 0 ? 206 : 200, start > 0 ? { ...headers, 'content-range': range } : headers);
    if (cutAfter === undefined) return void response.end(body.subarray(start));
    response.write(body.subarray(start, cutAfter));
    cutAfter = undefined;
    await untilPart(root, () => response.destroyed);
    response.destroy();
  },
);

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'catalogue-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  [served, ranges, cutAfter] = [{}, [], undefined];
});
after(async () => {
  server.close();
  server.closeAllConnections();
  await rm(root, { recursive: true });
});

const entryOf = (file: string, body: Uint8Array, more: object = {}) => ({
  ...{ name: file.split('.')[0], about: 'edges to cats', licence: 'MIT' },
  ...{ url: address + file, bytes: body.length, sha256: sha256(body), ...more },
});

/** Writes a catalogue and reads it. */
async function catalogueOf(...models: unknown[]) {
  const path = join(root, 'models.json');
  await writeFile(path, JSON.stringify({ models }));
  return readCatalogue(path);
}

/** Serves the bytes, and gets them as a catalogue with such an entry names them. */
async function get(file: string, body: Uint8Array, folder: string, more: object = {}) {
  served[file] ??= body;
  const { models } = await catalogueOf(entryOf(file, body, more));
  const progress: Progress[] = [];
  const options = { checkpointsDir: join(root, folder), retries: 1, retryDelay: 1 };
  const got = await getModel(models[0], { ...options, onProgress: (each) => progress.push(each) });
  return { ...got, progress };
}

test('the catalogue of the package names its own generators, with the checksums of its files', async () => {
  const { models } = await readCatalogue();
  assert.deepEqual(
    models.slice(0, 2).map(({ name }) => name),
    ['demo:facades', 'demo:labels'],
  );
  for (const entry of models.slice(0, 2)) {
    const file = await readFile(demoModelFile(entry.name)!);
    assert.deepEqual([entry.sha256, entry.bytes], [sha256(file), file.length]);
    const got = await getModel(entry, { checkpointsDir: join(root, 'none') });
    assert.deepEqual([got.model, got.written], [entry.name, false]);
  }
});

test('and those of others by git ids, at addresses that name a commit', async () => {
  const others = (await readCatalogue()).models.slice(2);
  assert.ok(others.length >= 4);
  assert.equal(new Set(others.map(({ gitBlob }) => gitBlob)).size, others.length);
  for (const { gitBlob, place, format } of others) {
    assert.match(gitBlob!, /^[0-9a-f]{40}$/);
    assert.match((place as { url: string }).url, /^https:\/\/[^/]+\/[^/]+\/[^/]+\/[0-9a-f]{40}\/.*\.pict$/);
    assert.equal(format, 'pict');
  }
});

test('a file that git names becomes a run, and its SHA-256 is told and kept', async () => {
  const got = await get('cats.pict', pict, 'git', byGit(pict));
  assert.deepEqual([got.written, got.sha256], [true, sha256(pict)]);
  const origin = JSON.parse(await readFile(join(root, 'git/cats/origin.json'), 'utf8'));
  assert.deepEqual([origin.gitBlob, origin.sha256], [byGit(pict).gitBlob, sha256(pict)]);
  assert.equal((await get('cats.pict', pict, 'git', byGit(pict))).written, false);
  // Also where a later catalogue knows its SHA-256 too.
  assert.equal((await get('cats.pict', pict, 'git')).written, false);
  assert.equal(ranges.length, 1);
});

test('a file that git names is continued where it was cut, and refused where it is another', async () => {
  cutAfter = pict.length >> 1;
  assert.equal((await get('cut.pict', pict, 'git', byGit(pict))).written, true);
  assert.match(ranges[1]!, /^bytes=\d+-$/);
  const other = Buffer.from(pict);
  other[pict.length - 1] ^= 1;
  served['other.pict'] = other;
  await assert.rejects(get('other.pict', pict, 'git', byGit(pict)), (error: Error) => {
    assert.match(error.message, /not the one expected/);
    assert.match(error.message, new RegExp(`git blob wanted +${byGit(pict).gitBlob}`));
    assert.match(error.message, new RegExp(`git blob got +${byGit(other).gitBlob}`));
    return true;
  });
  assert.equal(existsSync(join(root, 'git/other')), false);
});

test('a file of git is refused as too long by the length of the catalogue, or else by what GitHub keeps', async () => {
  await assert.rejects(get('a.pict', pict, 'long', { ...byGit(pict), bytes: 99 }), /limit +99 bytes/);
  served['b.pict'] = new Uint8Array(100 * 2 ** 20 + 1);
  await assert.rejects(get('b.pict', pict, 'long', byGit(pict)), /limit +104857600 bytes/);
});

test('a state dict becomes a run that is found by its name; a second call asks nobody', async () => {
  const got = await get('maps.pth', pth, 'runs');
  assert.deepEqual([got.model, got.isRun, got.written], ['maps', true, true]);
  assert.equal(got.progress.at(-1)?.done, pth.length);
  const kept = await readdir(join(root, 'runs/maps'));
  assert.deepEqual(kept.sort(), ['latest_net_G.pth', 'origin.json']);
  assert.ok(findGenerator('maps', { checkpointsDir: join(root, 'runs') }).info.inputNc > 0);
  assert.equal((await get('maps.pth', pth, 'runs')).written, false);
  assert.equal(ranges.length, 1);
});

test('a web model of the TensorFlow port becomes a run too, and safetensors stay a file', async () => {
  assert.equal((await get('port.pict', pict, 'runs')).networks[0].name, 'G');
  const demo = await readFile(demoModelFile('demo:facades')!);
  const { model, written } = await get('facades.safetensors', demo, 'files');
  assert.deepEqual([model, written], [join(root, 'files/facades.safetensors'), true]);
  assert.equal(sha256(await readFile(model)), sha256(demo));
});

test('a download that was cut is continued', async () => {
  cutAfter = pth.length >> 1;
  await get('cut.pth', pth, 'cut');
  assert.deepEqual(ranges[0], undefined);
  assert.match(ranges[1]!, /^bytes=\d+-$/);
});

test('another file than the catalogue names is refused with both checksums, and nothing of it stays', async () => {
  const other = Buffer.from(pth);
  other[40] ^= 1;
  served['other.pth'] = other;
  await assert.rejects(get('other.pth', pth, 'other'), (error: Error) => {
    assert.match(error.message, /not the one expected[\s\S]*fix {4}/);
    return error.message.includes(sha256(pth)) && error.message.includes(sha256(other));
  });
  assert.equal(existsSync(join(root, 'other/other')), false);
});

test('a longer file is refused before it is fetched, one that is not there, and one that is no generator', async () => {
  served['long.pth'] = Buffer.concat([pth, Buffer.alloc(9)]);
  await assert.rejects(get('long.pth', pth, 'long'), /longer than it may be/);
  assert.equal(existsSync(join(root, 'long/long')), false);
  const { models } = await catalogueOf(entryOf('gone.pth', pth));
  await assert.rejects(getModel(models[0], { checkpointsDir: join(root, 'gone') }), /answered 404/);
  await assert.rejects(get('text.pth', Buffer.from('no weights'), 'text'), /text.*downloaded\.pth/);
});

test('a name that is taken is refused before anything is fetched', async () => {
  await get('first.pth', pth, 'taken');
  await assert.rejects(get('x.pict', pict, 'taken', { name: 'first' }), /has a checkpoint already/);
  await writeFile(join(root, 'taken/mine.onnx'), 'mine');
  await assert.rejects(get('mine.onnx', pth, 'taken'), /another file of this name/);
  assert.deepEqual(ranges.length, 1);
});

test('a catalogue is read from an address, and what it names may be relative to that', async () => {
  served['list.json'] = Buffer.from(JSON.stringify({ models: [entryOf('a.pth', pth, { url: 'a.pth' })] }));
  const catalogue = await readCatalogue(`${address}list.json`);
  assert.deepEqual(findEntry(catalogue, 'a').place, { url: `${address}a.pth` });
  assert.throws(() => findEntry(catalogue, 'b'), /no model b[\s\S]*it has +a/);
  await assert.rejects(readCatalogue(`${address}none.json`), /answered 404[\s\S]*--catalogue/);
  served['big.json'] = Buffer.alloc(1_000_001, 32);
  await assert.rejects(readCatalogue(`${address}big.json`), /longer than it may be/);
});

test('an entry that would not be safe to fetch is refused, by its field', async () => {
  const cases: [object, RegExp][] = [
    [{ name: '../up' }, /name +"\.\.\/up"/],
    [{ name: 'demo:cats' }, /name +"demo:cats"/],
    [{ sha256: 'abc' }, /sha256 +"abc"[\s\S]*64 hexadecimal digits/],
    [{ sha256: undefined }, /sha256 +missing[\s\S]*64 hexadecimal digits, or gitBlob with 40/],
    [{ gitBlob: 'f'.repeat(40) }, /gitBlob +"f+"[\s\S]*nothing beside sha256/],
    [{ sha256: undefined, gitBlob: 'f'.repeat(64) }, /gitBlob +"f+"[\s\S]*40 hexadecimal digits/],
    [{ sha256: undefined, gitBlob: 'g'.repeat(40) }, /gitBlob +"g+"[\s\S]*40 hexadecimal digits/],
    [{ bytes: undefined }, /bytes +missing/],
    [{ ...byGit(pth), bytes: -1 }, /bytes +-1/],
    [{ bytes: 0 }, /bytes +0/],
    [{ bytes: 5e9 }, /at most 4000000000/],
    [{ licence: '' }, /licence +""/],
    [{ url: 'file:///etc/passwd' }, /url +"file:/],
    [{ url: address }, /format +missing[\s\S]*pth, pict/],
  ];
  for (const [more, message] of cases)
    await assert.rejects(catalogueOf(entryOf('maps.pth', pth, more)), message);
  served['sly.json'] = Buffer.from(
    JSON.stringify({ models: [entryOf('a.pth', pth, { file: 'file:///etc/a.pth' })] }),
  );
  await assert.rejects(readCatalogue(`${address}sly.json`), /file beside a catalogue that is a file/);
  await assert.rejects(catalogueOf(entryOf('a.pth', pth), entryOf('a.pth', pth)), /two models of one name/);
});

test('whatever JSON a catalogue is, it is read or refused in words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const path = join(root, 'any.json');
      for (const text of [JSON.stringify(value), JSON.stringify({ models: [value] })]) {
        await writeFile(path, text);
        await readCatalogue(path).catch((error) => assert.equal(error.name, 'Pix2PixError'));
      }
    }),
    { numRuns: 50 },
  );
});
