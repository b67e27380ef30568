/** The recorded runs on every device; on a GPU in software one of them: `reference.slow.test.ts` has the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkRecordedRuns,
  checkReference,
  QUICK_RUN,
  quickDevices,
  recordedRuns,
  slowDevices,
} from './recordedRuns.js';

test('there are recorded runs', () => assert.ok(recordedRuns.length >= 17, `${recordedRuns}`));

for (const device of quickDevices) {
  checkReference(device);
  checkRecordedRuns(device, recordedRuns);
}
for (const device of slowDevices) checkRecordedRuns(device, [QUICK_RUN]);
