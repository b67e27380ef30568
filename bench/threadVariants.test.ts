import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf } from './threadVariants.js';

test('a variant is a list of settings', () => {
  assert.deepEqual(settingsOf('default', 4), { session: {}, threads: 4, isTimed: true, batch: 1 });
  assert.deepEqual(settingsOf('rule+batch=2+adam=1', 4), {
    ...{ session: {}, threads: 4, isTimed: false, batch: 2 },
    updateThreads: 'one',
  });
  assert.deepEqual(settingsOf('bound+intra_op.spin_duration_us=50', 4).session, {
    intra_op_thread_affinities: '2;3;4',
    'intra_op.spin_duration_us': '50',
  });
  assert.equal(settingsOf('auto', 4).threads, 0);
});

test('a variant that there is none of is an error', () => {
  assert.throws(() => settingsOf('quick', 4), /there is no variant quick/);
});
