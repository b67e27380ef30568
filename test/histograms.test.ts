import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { readHistograms } from '../src/records/reading/readHistograms.js';
import { openRuns } from '../src/records/reading/runIndex.js';
import { makeDataset, pix2pix, TINY, temporaryFolder } from './tinyRun.js';

// `--histogram_freq`: what a training keeps of its weights and gradients, against its checkpoint.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4 });
const train = (name: string, ...more: string[]) =>
  pix2pix(folder, [
    ...['train', '--dataroot', 'data', ...TINY, '--name', name, '--n_epochs', '1', '--n_epochs_decay', '0'],
    ...more,
  ]);

test('weights and gradients are kept when that is asked for, every so many images', async () => {
  assert.equal(train('spread', '--histogram_freq', '2').status, 0);
  assert.equal(train('plain').status, 0);
  const index = await openRuns(join(folder, 'checkpoints'));
  assert.deepEqual(index.detail('plain')!.histograms, []);
  const { histograms, networks } = index.detail('spread')!;
  const loaded = new CheckpointStore(join(folder, 'checkpoints', 'spread'), { onWarning: () => {} }).load(
    'latest',
  );
  try {
    let compared = 0;
    for (const tag of histograms) {
      const [kind, network, name] = tag.split('/');
      const found = (await readHistograms(index.run('spread')!, tag))!;
      assert.deepEqual(
        found.map(({ step }) => step),
        [2, 4],
        tag,
      );
      const { data } = loaded.networks.get(network)!.read(name);
      const { buckets } = found[1];
      const counted = buckets.reduce((sum, [, , count]) => sum + count, 0);
      assert.equal(counted, data.length, tag);
      if (kind !== 'weights' || buckets.length === 1) continue;
      const values = [...(data as Float32Array)];
      assert.deepEqual([buckets[0][0], buckets.at(-1)![1]], [Math.min(...values), Math.max(...values)], tag);
      compared++;
    }
    assert.ok(compared > 10);
    const trained = networks.flatMap(({ name, layers }) =>
      layers.flatMap((layer) =>
        layer.tensors
          .map((tensor) => tensor.split(' ')[0])
          .filter((tensor) => !/running|num_batches/.test(tensor))
          .map((tensor) => `${name}/${layer.name}.${tensor}`),
      ),
    );
    const expected = trained.flatMap((name) => [`gradients/${name}`, `weights/${name}`]);
    assert.deepEqual(histograms, expected.sort());
  } finally {
    loaded.close();
  }
});
