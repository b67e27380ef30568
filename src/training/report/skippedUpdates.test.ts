import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Optimiser } from '../../engine/runtime/optimiser.js';
import { SkippedUpdates } from './skippedUpdates.js';

/** An optimiser of which the counters alone are asked for. */
const optimiserOf = (name: string, counters: { updates: number; skipped?: number }) => ({
  ...{ name, networks: [name], averaged: [] },
  optimiser: {
    get updates() {
      return counters.updates;
    },
    lossScaling:
      counters.skipped === undefined
        ? undefined
        : { read: async () => ({ scale: 512, goodSteps: 0, skipped: counters.skipped }) },
  } as unknown as Optimiser,
});

test('of updates that were left out, those since the last time are told, and many are a warning', async () => {
  const [g, d] = [
    { updates: 100, skipped: 9 },
    { updates: 100, skipped: 9 },
  ];
  const counting = await SkippedUpdates.begin([optimiserOf('G', g), optimiserOf('D', d)]);
  assert.deepEqual(await counting.sinceLast(), []);
  Object.assign(g, { updates: 200, skipped: 12 });
  Object.assign(d, { updates: 200, skipped: 39 });
  const [few, many] = await counting.sinceLast();
  assert.equal(few.kind, 'message');
  assert.match(few.text, /left out 3 of 100 updates of G, .* loss scale of 512$/);
  assert.equal(many.kind, 'warning');
  assert.match(many.text, /left out 30 of 100 updates of D, .* --precision f32/);
  assert.deepEqual(await counting.sinceLast(), []);
  Object.assign(d, { updates: 210, skipped: 49 });
  const [short] = await counting.sinceLast();
  assert.equal(short.kind, 'message', 'a short epoch may have nothing but the search for a scale');
});

test('in 32-bit floats there is nothing to tell', async () => {
  const counters = { updates: 0 };
  const counting = await SkippedUpdates.begin([optimiserOf('G', counters)]);
  counters.updates = 50;
  assert.deepEqual(await counting.sinceLast(), []);
});
