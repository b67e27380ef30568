import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset, pix2pix, TINY, temporaryFolder } from '../../../test/tinyRun.js';

test('a dry run tells the whole training, and obeys --max_steps', async () => {
  const folder = temporaryFolder();
  await makeDataset(`${folder}/data`, { train: 5 });
  const last = (...more: string[]) => {
    const argv = ['train', '--dry_run', '--dataroot', 'data', ...TINY, '--batch_size', '2', ...more];
    const { status, stdout, stderr } = pix2pix(folder, argv);
    assert.equal(status, 0, stderr);
    return stdout.trimEnd().split('\n').at(-1)!;
  };
  // an epoch of five images is three steps of two, two and one
  assert.match(last(), /^ +.+ for all 600 steps, 200 epochs$/);
  assert.match(last('--n_epochs', '1', '--n_epochs_decay', '0'), / for all 3 steps, 1 epoch$/);
  assert.match(last('--max_steps', '7'), / for all 7 steps, where --max_steps ends it$/);
  assert.match(last('--max_steps', '601'), / for all 600 steps, 200 epochs$/);
});
