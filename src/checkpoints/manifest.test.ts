import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nodeFileSystem } from '../base/files/fileSystem.js';
import { type Manifest, parseManifest, readManifestText, serialiseManifest } from './manifest.js';

const file = { bytes: 12, sha256: 'ab'.repeat(32), writtenAs: '.latest_net_G.safetensors.1-0123abcd-1.tmp' };
const manifest: Manifest = {
  savedAt: '2026-01-02T03:04:05.678Z',
  epoch: 2,
  totalIters: 400,
  options: { name: 'ü', maxDatasetSize: Number.POSITIVE_INFINITY },
  versions: { 'pix2pix-ts': '0.1.0' },
  files: new Map([['net_G', file]]),
};

test('a manifest is JSON for others and comes back as it was', () => {
  const text = serialiseManifest(manifest);
  assert.equal(JSON.parse(text).files.net_G.bytes, 12);
  assert.deepEqual(parseManifest(text, 'latest.json'), manifest);
});

/** A manifest with a right checksum and wrong content. */
function forged(changes: object): string {
  const content = { ...JSON.parse(serialiseManifest(manifest)), ...changes };
  delete content.checksum;
  const body = JSON.stringify(content, null, 2).replace(/\n\}$/, '');
  return `${body},\n  "checksum": "${createHash('sha256').update(body).digest('hex')}"\n}\n`;
}

test('a forged manifest is refused, although its checksum is right', () => {
  parseManifest(forged({}), 'x.json');
  const nested = JSON.parse('{"__proto__":{"x":1}}');
  for (const [changes, problem] of [
    [{ format: 'other' }, /no checkpoint manifest/],
    [{ formatVersion: 2 }, /format version 2, this program reads 1/],
    [{ epoch: -1 }, /wrong kind/],
    [{ totalIters: '1' }, /wrong kind/],
    [{ savedAt: 'today' }, /wrong kind/],
    [{ options: [] }, /wrong kind/],
    [{ versions: { a: 1 } }, /wrong kind/],
    [{ files: null }, /wrong kind/],
    [{ options: nested }, /no valid JSON/],
    [{ files: { '../net_G': file } }, /wrong way/],
    [{ files: { net_G: { ...file, writtenAs: '../../etc/passwd' } } }, /wrong way/],
    [{ files: { net_G: { ...file, bytes: 0.5 } } }, /wrong way/],
    [{ files: { net_G: { ...file, sha256: 'AB'.repeat(32) } } }, /wrong way/],
    [{ files: { net_G: null } }, /wrong way/],
  ] as const) {
    const read = () => parseManifest(forged(changes), 'x.json');
    assert.throws(
      read,
      (error) => error instanceof Pix2PixError && problem.test(error.message),
      String(problem),
    );
  }
});

test("what is no file of a manifest's size is not read", () => {
  const directory = mkdtempSync(join(tmpdir(), 'manifest-test-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, '1.json'));
  writeFileSync(join(directory, '2.json'), Buffer.alloc(16_000_001));
  for (const tag of ['1', '2'])
    assert.throws(() => readManifestText(directory, tag, nodeFileSystem), /is no manifest/);
  assert.throws(() => readManifestText(directory, '3', nodeFileSystem), /cannot read 3\.json: no such file/);
  assert.throws(() => parseManifest(' '.repeat(16_000_000), 'x.json'), /cut off or no manifest/);
});
