import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset, TINY, temporaryFolder } from '../../../test/tinyRun.js';
import { parseTrainOptions } from '../options.js';
import { dryRun } from './dryRun.js';

test('a dry run tells the whole training, and obeys --max_steps', async () => {
  const folder = temporaryFolder();
  const dataroot = await makeDataset(`${folder}/data`, { train: 5 });
  const last = async (...more: string[]) => {
    const { text } = await dryRun(
      parseTrainOptions(['--dataroot', dataroot, ...TINY, '--batch_size', '2', ...more]),
    );
    return text.split('\n').at(-1)!;
  };
  // an epoch of five images is three steps of two, two and one
  assert.match(await last(), /^ +.+ for all 600 steps, 200 epochs$/);
  assert.match(await last('--n_epochs', '1', '--n_epochs_decay', '0'), / for all 3 steps, 1 epoch$/);
  assert.match(await last('--max_steps', '7'), / for all 7 steps, where --max_steps ends it$/);
  assert.match(await last('--max_steps', '601'), / for all 600 steps, 200 epochs$/);
});

test('of several ranks it predicts the part of one, and tells of all', async () => {
  const folder = temporaryFolder();
  await makeDataset(`${folder}/data`, { train: 5 });
  const opt = parseTrainOptions([
    '--dataroot',
    `${folder}/data`,
    ...TINY,
    '--batch_size',
    '2',
    '--sync_norm',
  ]);
  const launch = { rank: 0, size: 4, localSize: 2, launcher: "Open MPI's mpirun", mpi: 'Open MPI' } as const;
  const [alone, ofFour] = [await dryRun(opt), await dryRun(opt, { launch })];
  assert.equal(ofFour.flops, alone.flops); // of its own two images
  assert.equal(alone.steps, 200 * 3);
  assert.equal(ofFour.steps, 200); // five images are one step of four times two
  const line = (name: string) => ofFour.text.split('\n').find((text) => text.startsWith(name));
  assert.match(line('ranks')!, /^ranks +4, started by Open MPI's mpirun, 2 of them on this machine/);
  assert.match(line('step ')!, /^step +2 × 32 × 32, .*, of 8 images of all ranks$/);
  assert.match(ofFour.text, / for the 2 ranks of this machine/);
  assert.match(ofFour.text, /an epoch's last 2 images/); // the first of four has two of five
  assert.doesNotMatch(alone.text, /rank/);
});
