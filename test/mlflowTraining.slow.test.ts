/** `pix2pix train --mlflow_uri`: training is the same whatever the server does. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mlflowTracker } from '../src/records/writing/remote/mlflow/mlflowTracker.js';
import { syncRun } from '../src/records/writing/remote/syncRun.js';
import { fakeMlflow } from './fakeMlflow.js';
import { makeDataset, pix2pix, startPix2pix, stored, TINY, temporaryFolder } from './tinyRun.js';

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4 });
const flags = (name: string, uri: string) => [
  ...['train', '--dataroot', 'data', '--name', name, ...TINY, '--print_freq', '1', '--display_freq', '2'],
  ...['--n_epochs', '2', '--n_epochs_decay', '0', '--mlflow_uri', uri, '--mlflow_experiment', 'tests'],
];
const train = (name: string, uri: string, ...more: string[]) =>
  startPix2pix(folder, [...flags(name, uri), ...more], () => {});

test('a training is at the server when it ends, with its options, losses, images and networks', async () => {
  const fake = await fakeMlflow();
  const { code, output } = await train('there', fake.uri);
  assert.equal(code, 0, output);
  const { run } = fake;
  assert.equal(run.info.status, 'FINISHED');
  assert.equal(run.params.get('netG'), 'unet_32');
  const steps = run.distinct.filter(({ key }) => key === 'loss/G_L1').map(({ step }) => step);
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
  const paths = [...fake.artifacts.keys()].map((path) => path.replace(/^1\/run1\/artifacts\//, ''));
  assert.ok(paths.includes('images/visuals/fake_B/000000008.png'), paths.join('\n'));
  assert.ok(paths.includes('checkpoints/latest_net_G.safetensors'), paths.join('\n'));
  assert.ok(!paths.some((path) => path.includes('state')), paths.join('\n'));

  // Continued, it is still the same run, and need not be told where to report to.
  const more = ['train', '--name', 'there', '--continue_train', '--n_epochs', '3'];
  const again = await startPix2pix(folder, more, () => {});
  assert.equal(again.code, 0, again.output);
  assert.equal(fake.run.distinct.filter(({ key }) => key === 'loss/G_L1').length, 12);
});

test('a server that refuses changes nothing about the training, and gets the run later', async () => {
  const fake = await fakeMlflow();
  fake.fate = () => 500;
  const { code, output } = await train('refused', fake.uri);
  assert.equal(code, 0, output);
  assert.match(output, /MLflow at .* has not got all of the run \(500 Internal Server Error\)/);
  assert.match(output, /finished after 8 steps/);
  const without = pix2pix(folder, flags('alone', ''));
  assert.equal(without.status, 0, without.stderr);
  const [a, b] = ['refused', 'alone'].map((name) => stored(join(folder, 'checkpoints', name)));
  assert.deepEqual(a, b);
  assert.ok(!existsSync(join(folder, 'checkpoints', 'alone', 'remote_trackers.json')));
  fake.fate = () => 'ok';
  await syncRun(join(folder, 'checkpoints', 'refused'), mlflowTracker(fake.uri, 'tests'));
  assert.equal(fake.run.metrics.filter(({ key }) => key === 'loss/G_L1').length, 8);
});

test('an address that is none is refused before anything is done', () => {
  const { status, stderr } = pix2pix(folder, flags('never', 'http://me:secret@host'));
  assert.equal(status, 1);
  assert.match(stderr, /no password/);
  assert.ok(!existsSync(join(folder, 'checkpoints', 'never')));
});
