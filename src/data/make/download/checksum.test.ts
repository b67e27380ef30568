import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fixture } from '../../../../test/repository.js';
import { hashOf, requireFetched, requireHash } from './checksum.js';
import { PartialFile } from './partialFile.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checksum-'));
});
after(() => rm(folder, { recursive: true }));

async function fileOf(text: string): Promise<string> {
  const path = join(folder, 'file');
  await writeFile(path, text);
  return path;
}

test('SHA-256 as FIPS 180-2 has it, git ids as git documents them', async () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(await hashOf(await fileOf('abc')), abc);
  for (const [text, id] of [
    ['hello\n', 'ce013625030ba8dba906f756967f9e9ca394464a'],
    ['test content\n', 'd670460b4b4aece5915caf5c68d12f560a9fe3e4'], // Pro Git, 10.2
    ['', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
  ])
    assert.equal(await hashOf(await fileOf(text), 'gitBlob'), id);
  assert.equal(await hashOf(join(folder, 'none'), 'gitBlob'), undefined);
});

test('the id of a file is what git makes of it', async (t) => {
  const path = fixture('pict/port.pict');
  const { status, stdout } = spawnSync('git', ['hash-object', '--no-filters', path], { encoding: 'utf8' });
  if (status !== 0) return t.skip('there is no git');
  assert.equal(await hashOf(path, 'gitBlob'), stdout.trim());
});

test('another file than the wanted one is refused with both, and one that cannot be read as such', async () => {
  const wanted = { gitBlob: 'ce013625030ba8dba906f756967f9e9ca394464a' };
  const refusal = { what: 'another file', place: { file: 'it' }, fix: 'move it' };
  await requireHash(await fileOf('hello\n'), wanted, refusal);
  await assert.rejects(requireHash(await fileOf(''), wanted, refusal), {
    message: /another file[\s\S]*git blob wanted +ce01[\s\S]*git blob got +e69d[\s\S]*move it/,
  });
  await assert.rejects(requireHash(join(folder, 'none'), wanted, refusal), /cannot be read[\s\S]*got +none/);
  const part = new PartialFile(await fileOf(''));
  await assert.rejects(requireFetched(part, wanted, 'http://here', 'fix'), /not the one expected/);
  assert.equal(await part.size(), 0);
  await assert.rejects(requireHash(part.path, wanted, refusal), /cannot be read/);
});
