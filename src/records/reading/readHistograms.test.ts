import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EventFileWriter } from '../writing/eventFileWriter.js';
import { EventTracker } from '../writing/eventTracker.js';
import { readHistograms } from './readHistograms.js';
import { openRuns } from './runIndex.js';

const root = mkdtempSync(join(tmpdir(), 'histograms-'));
process.env.PIX2PIX_CACHE = join(root, 'cache');
after(() => rmSync(root, { recursive: true }));
const at = (step: number) => ({ step, epoch: 1, iteration: step });

test('histograms are read of some steps, the first and the last among them; what was made again counts once', async () => {
  const folder = join(root, 'own');
  const first = new EventTracker(folder);
  for (let step = 1; step <= 9; step++) first.histograms(at(step), { w: Float64Array.of(0, 1, step) });
  first.close();
  const resumed = new EventTracker(folder, { purgeStep: 9 });
  resumed.histograms(at(9), { w: Float64Array.of(0, 1, 900, 1, 2, 1) });
  resumed.close();
  const index = await openRuns(root);
  const run = index.run('own')!;
  assert.deepEqual(index.detail('own')!.histograms, ['w']);
  const found = (await readHistograms(run, 'w', 3))!;
  assert.deepEqual(found, [
    { step: 1, buckets: [[0, 1, 1]] },
    { step: 5, buckets: [[0, 1, 5]] },
    {
      step: 9,
      buckets: [
        [0, 1, 900],
        [1, 2, 1],
      ],
    },
  ]);
  assert.equal((await readHistograms(run, 'w', 50))!.length, 9);
  assert.equal(await readHistograms(run, 'other'), undefined);
});

test('those of PyTorch are read too, and what is none is left out', async () => {
  // SummaryWriter.add_histogram: limits of the buckets, of which the first reaches down to the smallest value.
  const writer = new EventFileWriter(join(root, 'torch'));
  const histo = {
    ...{ min: -1, max: 1.9, num: 4, sum: 2, sumSquares: 5 },
    ...{ bucketLimit: [-0.5, 0.5, 2], bucket: [1, 2, 1] },
  };
  const add = (step: bigint, value: object) =>
    writer.add({ step, what: { case: 'summary', value: { value: [{ tag: 'w', ...value }] } } });
  add(1n, { value: { case: 'histo', value: histo } });
  add(2n, { value: { case: 'histo', value: { ...histo, bucketLimit: [Number.NaN], bucket: [1] } } });
  writer.close();
  const index = await openRuns(root);
  assert.deepEqual(await readHistograms(index.run('torch')!, 'w'), [
    {
      step: 1,
      buckets: [
        [-1, -0.5, 1],
        [-0.5, 0.5, 2],
        [0.5, 1.9, 1],
      ],
    },
  ]);
});
