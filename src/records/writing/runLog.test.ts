import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RunLog } from './runLog.js';

const root = mkdtempSync(join(tmpdir(), 'run-log-'));
after(() => rmSync(root, { recursive: true }));
const at = new Date('2026-03-04T05:06:07.890Z');

test('every line has its time', () => {
  const folder = join(root, 'run');
  new RunLog(folder).write('one\ntwo ', at);
  new RunLog(folder).write('three', at);
  assert.equal(
    readFileSync(join(folder, 'log.txt'), 'utf8'),
    '2026-03-04T05:06:07Z one\n2026-03-04T05:06:07Z two\n2026-03-04T05:06:07Z three\n',
  );
});

test('it does not grow for ever, and what is newest is there', () => {
  const folder = join(root, 'long');
  const log = new RunLog(folder, 1000);
  for (let i = 0; i < 500; i++) log.write(`line ${i}`, at);
  const [earlier, newest] = ['log.1.txt', 'log.txt'].map((file) => readFileSync(join(folder, file), 'utf8'));
  assert(earlier.length < 1100 && newest.length < 1100, `${earlier.length} and ${newest.length} bytes`);
  const lines = (earlier + newest).trimEnd().split('\n');
  const first = 500 - lines.length;
  assert.deepEqual(
    lines,
    lines.map((_, i) => `2026-03-04T05:06:07Z line ${first + i}`),
  );
});
