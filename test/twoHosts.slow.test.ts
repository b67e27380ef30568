/** Trainings by ranks on two hosts, over a network with delays, and one that is cut. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Mpi, mpirun, startRanks } from './mpi.js';
import { assertSameTraining } from './sameTraining.js';
import { makeDataset, pix2pix, stored, TINY, temporaryFolder } from './tinyRun.js';
import { twoHosts } from './twoHosts.js';
import { until } from './until.js';

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 6, val: 2 });
const hosts = await twoHosts(folder);
after(() => hosts.remove());
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const train = (name: string, ...more: string[]) => [
  ...['train', '--dataroot', 'data', '--name', name, ...TINY, '--layer_forms', 'rule', '--no_html', ...more],
];
const FLAGS = ['--sync_norm', '--max_steps', '5', '--rank_timeout', '60'];

/** Both train alike, be it on one host or on two. */
async function assertEqual(mpi: Mpi, name: string): Promise<void> {
  const one = pix2pix(folder, train(`${name}-one`, ...FLAGS, '--batch_size', '2'));
  assert.equal(one.status, 0, one.stderr);
  const { code, output } = await mpirun(mpi, 2, train(name, ...FLAGS), { folder });
  assert.equal(code, 0, output);
  assertSameTraining(stored(runFolder(name)), stored(runFolder(`${name}-one`)));
}

for (const [index, mpi] of hosts.launchers.entries()) {
  test(`${mpi.name}: ranks on two hosts equal one process with twice the batch`, { skip: mpi.skip }, () =>
    assertEqual(mpi, `hosts${index}`),
  );
}

const farHosts = await twoHosts(folder, 5);
after(() => farHosts.remove());
for (const [index, mpi] of farHosts.launchers.entries()) {
  test(`${mpi.name}: the same where every packet takes 5 ms`, { skip: mpi.skip }, () =>
    assertEqual(mpi, `far${index}`),
  );
}

test('a network that is cut ends the ranks with a message, and the last checkpoint is whole', {
  skip: hosts.launchers[0].skip,
}, async () => {
  let told = '';
  const often = ['--n_epochs', '100000', '--save_latest_freq', '2', '--json'];
  const argv = train('cut', ...often, '--rank_timeout', '12');
  const training = startRanks(hosts.launchers[0], 2, argv, {
    folder,
    onOutput: (output) => {
      told = output;
    },
  });
  await until(() => [...told.matchAll(/"event":"saved"/g)].length >= 2);
  hosts.cut();
  await until(() => training.left().length === 0);
  hosts.end(); // Open MPI's mpirun goes on waiting for its daemon on the other host
  const { output } = await training.ended;
  assert.match(output, /^error: rank 0 has waited 12 seconds for the others/m);
  stored(runFolder('cut'));
});
