import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetRecord } from '../../records/writing/runRecord.js';
import { datasetChange } from './datasetChange.js';

const before: DatasetRecord = {
  root: 'data',
  phase: 'train',
  samples: 5,
  fingerprint: 'aa',
  fingerprintOf: 'names and sizes of 5 files',
};

test('what is the same is no change, wherever it lies', () => {
  assert.equal(datasetChange(before, before), undefined);
  assert.equal(datasetChange(before, { ...before, root: 'elsewhere' }), undefined);
});

test('a change is told with both sides', () => {
  const more = { ...before, samples: 6, fingerprint: 'bb', fingerprintOf: 'names and sizes of 6 files' };
  assert.match(
    datasetChange(before, more)!,
    /has changed .*: 6 samples, 5 before; .*6 files, .*5 files before/,
  );
  assert.match(
    datasetChange(before, { ...before, fingerprint: 'bb' })!,
    /has changed .*: names or sizes among its 5 samples/,
  );
  const elsewhere = datasetChange(before, { ...more, root: 'new', phase: 'all' })!;
  assert.match(elsewhere, /dataroot new, data before; phase all, train before; 6 samples, 5 before/);
});

test('where there is no fingerprint, as for data sets that are no folders, the rest is compared', () => {
  const { fingerprint: _, fingerprintOf: __, ...plain } = before;
  assert.equal(datasetChange(plain, plain), undefined);
  assert.equal(datasetChange(before, plain), undefined);
  assert.match(datasetChange(plain, { ...plain, samples: 4 })!, /4 samples, 5 before/);
});
