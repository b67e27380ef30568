import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TunedChoices, TunedChoicesStore } from '../../runtime/tunedChoices.js';
import { fastestUpdateThreads } from './updateThreads.js';

const FINGERPRINT = 'a processor';

/** A store of one device's choices. */
function storeOf(choices: TunedChoices = {}) {
  let kept = choices;
  const store: TunedChoicesStore = {
    read: async () => kept,
    add: async (_, more) => {
      kept = { ...more, ...kept };
      return kept;
    },
  };
  return { store, kept: () => kept };
}

const threadsBy = (threads: number, store?: TunedChoicesStore) =>
  fastestUpdateThreads({ fingerprint: FINGERPRINT, threads, store });

test('both ways are timed once, and the faster one is taken', async () => {
  const { store, kept } = storeOf();
  const found = await threadsBy(4, store);
  const times = kept();
  const [[key, { one, several }]] = Object.entries(times) as [string, { one: number; several: number }][];
  assert.ok(one > 0 && several > 0);
  assert.deepEqual(found, several < one ? { threads: 4, pieceLength: 2 ** 19 } : undefined);
  assert.deepEqual(await threadsBy(4, store), found);
  assert.equal(kept(), times, 'the second time nothing is added');

  const faster = (way: 'one' | 'several') =>
    storeOf({ [key]: { one: 2, several: way === 'one' ? 3 : 1 } }).store;
  assert.equal(await threadsBy(4, faster('one')), undefined);
  assert.deepEqual(await threadsBy(4, faster('several')), { threads: 4, pieceLength: 2 ** 19 });
});

test('few threads are not tried, and without a place for the times a rule decides', async () => {
  const { store, kept } = storeOf();
  for (const threads of [1, 2, 3]) assert.equal(await threadsBy(threads, store), undefined);
  assert.deepEqual(kept(), {});
  assert.equal(await threadsBy(7), undefined);
  assert.deepEqual(await threadsBy(8), { threads: 8, pieceLength: 2 ** 20 });
});
