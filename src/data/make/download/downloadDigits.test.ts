import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sharedData } from '../../../../test/repository.js';
import { MNIST } from './catalogue.js';
import { downloadDigits } from './downloadDigits.js';

const contents: Record<string, string> = { 'a.gz': 'images', 'b.gz': 'labels' };
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const files = Object.entries(contents).map(([name, text]) => ({ name, sha256: sha256(text) }));

let root: string;
let url: string;
let served: string[] = [];
let missing = '';
const server = createServer(({ url: path = '' }, response) => {
  const name = path.slice('/mnist/'.length);
  served.push(name);
  if (name === missing || contents[name] === undefined) response.writeHead(404).end();
  else response.writeHead(200, { etag: '"1"', 'content-length': contents[name].length }).end(contents[name]);
});

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'digits-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`;
});
after(async () => {
  server.close();
  server.closeAllConnections();
  await rm(root, { recursive: true });
});

test('all files, checked, under the final name; then nothing to do', async () => {
  const out = join(root, 'whole');
  assert.deepEqual(await downloadDigits({ out, url, files }), { out, written: true });
  assert.deepEqual((await readdir(out)).sort(), ['a.gz', 'b.gz', 'dataset.json']);
  assert.equal(await readFile(join(out, 'b.gz'), 'utf8'), 'labels');
  assert.deepEqual(await downloadDigits({ out, url, files }), { out, written: false });
  assert.deepEqual(await readdir(root), ['whole']);
});

test('what was fetched before a failure is not fetched again', async () => {
  const out = join(root, 'broken');
  missing = 'b.gz';
  await assert.rejects(downloadDigits({ out, url, files }), /answered 404/);
  missing = '';
  served = [];
  await downloadDigits({ out, url, files });
  assert.deepEqual(served, ['b.gz']);
});

test('another file under the name is refused, with both checksums', async () => {
  const out = join(root, 'other');
  const other = [{ name: 'a.gz', sha256: sha256('something else') }];
  await assert.rejects(
    downloadDigits({ out, url, files: other }),
    (error: Error) =>
      /not the one expected/.test(error.message) &&
      error.message.includes(sha256('images')) &&
      error.message.includes(sha256('something else')),
  );
  await assert.rejects(readdir(out));
});

for (const { name, sha256: known } of MNIST.files.filter((file) => file.name.startsWith('t10k'))) {
  const file = sharedData(`mnist/${name}`);
  test(`${name} has the checksum that is asked for`, { skip: file.skip }, async () => {
    assert.equal(sha256(await readFile(file.path)), known);
  });
}
