import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompositeTracker, type Tracker } from './tracker.js';

const at = { step: 1, epoch: 1, iteration: 1 };

test('a composite passes on what each tracker can take', async () => {
  const seen: string[] = [];
  const trackers: Tracker[] = [
    { losses: (_, values) => void seen.push(`losses ${values.G_L1}`) },
    {
      scalars: async (_, values) => void seen.push(`scalars ${values.lr}`),
      text: (_, tag) => void seen.push(tag),
    },
    {},
  ];
  const composite = new CompositeTracker(trackers);
  await composite.losses(at, { G_L1: 2 }, { computeSeconds: 1, dataSeconds: 0 });
  await composite.scalars(at, { lr: 3 });
  await composite.images(at, {});
  await composite.text(at, 'options', '');
  await composite.close();
  assert.deepEqual(seen, ['losses 2', 'scalars 3', 'options']);
});

test('every tracker is closed, also after one that fails', async () => {
  let closed = 0;
  const failing: Tracker = {
    close() {
      throw new Error('disk full');
    },
  };
  const composite = new CompositeTracker([failing, { close: () => void closed++ }]);
  await assert.rejects(composite.close(), /disk full/);
  assert.equal(closed, 1);
});
