import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type FileSystem, nodeFileSystem } from '../../base/files/fileSystem.js';
import type { RunSession } from './runRecord.js';
import { parseRunRecord, RunRecordFile } from './runRecordFile.js';

const root = mkdtempSync(join(tmpdir(), 'run-record-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, `${folders++}`);

const session = (id: string): RunSession => ({
  id,
  startedAt: '2026-01-01T00:00:00.000Z',
  commandLine: ['train'],
  workingDirectory: '/',
  options: { lr: 0.0002, max_steps: 'inf' },
  given: ['lr'],
  seed: 0,
  versions: {},
  machine: { host: 'h', system: 's', cpu: 'c', cores: 1, memoryBytes: 1, gpus: [] },
  process: { pid: 1 },
});

const noWarning = (text: string) => assert.fail(text);
const read = (folder: string) => parseRunRecord(readFileSync(join(folder, 'run.json'), 'utf8'));

test('each session adds itself and leaves those before it', () => {
  const folder = newFolder();
  const first = new RunRecordFile(folder, session('first'), noWarning);
  first.update();
  first.update({ exit: { reason: 'stopped' } });
  new RunRecordFile(folder, session('second'), noWarning).update({ resumedFrom: { epoch: 2, step: 5 } });
  assert.deepEqual(read(folder), {
    format: 1,
    sessions: [
      { ...session('first'), exit: { reason: 'stopped' } },
      { ...session('second'), resumedFrom: { epoch: 2, step: 5 } },
    ],
  });
});

test('a file that is no record is kept beside the new one, byte for byte, with a warning', () => {
  const other = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .constantFrom('{"format":2,"sessions":[]}', '{"format":1}', '{"format":1,"sessions":[null]}')
      .map(Buffer.from),
  );
  fc.assert(
    fc.property(other, (bytes) => {
      const folder = newFolder();
      mkdirSync(folder);
      writeFileSync(join(folder, 'run.json'), bytes);
      const warnings: string[] = [];
      new RunRecordFile(folder, session('new'), (text) => warnings.push(text)).update();
      assert.deepEqual(read(folder).sessions, [session('new')]);
      assert.deepEqual(readFileSync(join(folder, 'run.json.damaged')), bytes);
      assert.equal(warnings.length, 1);
    }),
    { numRuns: 50 },
  );
});

test('a second damaged one does not replace the first; a folder of that name is moved too', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'run.json'), { recursive: true });
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  new RunRecordFile(folder, session('a'), warn).update();
  writeFileSync(join(folder, 'run.json'), 'half of {');
  new RunRecordFile(folder, session('b'), warn).update();
  assert.deepEqual(readdirSync(folder).sort(), ['run.json', 'run.json.damaged', 'run.json.damaged.2']);
  assert.equal(warnings.length, 2);
  assert(existsSync(join(folder, 'run.json')));
});

test('a record that may not be read is left where it is, and nothing is written over it', () => {
  const folder = newFolder();
  new RunRecordFile(folder, session('a'), () => {}).update();
  for (const code of ['EACCES', 'EMFILE', 'EIO']) {
    const readFileSync = () => {
      throw Object.assign(new Error(code), { code, syscall: 'open' });
    };
    const fs = { ...nodeFileSystem, readFileSync: readFileSync as unknown as FileSystem['readFileSync'] };
    const warn = () => assert.fail('nothing is damaged');
    assert.throws(
      () => new RunRecordFile(folder, session('b'), warn, fs),
      new RegExp(`^Pix2PixError: run.json cannot be read[\\s\\S]*${code}`),
    );
  }
  assert.deepEqual(readdirSync(folder), ['run.json']);
  assert.deepEqual(read(folder).sessions, [session('a')]);
});
