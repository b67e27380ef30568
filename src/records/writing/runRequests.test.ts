import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requestSave, requestStop, takeRequests } from './runRequests.js';

const root = mkdtempSync(join(tmpdir(), 'requests-'));
after(() => rmSync(root, { recursive: true }));

test('a request is taken once', () => {
  const folder = join(root, 'run');
  assert.deepEqual(takeRequests(folder), { stop: false, save: false });
  requestSave(folder);
  requestSave(folder);
  assert.deepEqual(takeRequests(folder), { stop: false, save: true });
  requestStop(folder);
  assert.deepEqual(takeRequests(folder), { stop: true, save: false });
  assert.deepEqual(takeRequests(folder), { stop: false, save: false });
  assert.deepEqual(readdirSync(join(folder, 'requests')), []);
});

test('a file made by hand is a request, an entry that cannot be removed is not', () => {
  const folder = join(root, 'by hand');
  mkdirSync(join(folder, 'requests', 'save'), { recursive: true }); // a folder
  writeFileSync(join(folder, 'requests', 'stop'), '');
  assert.deepEqual(takeRequests(folder), { stop: true, save: false });
});
