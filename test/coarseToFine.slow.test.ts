/** pix2pixHD's training from coarse to fine, by the commands of docs/recipes.md on small images and narrow networks. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { makeDataset, stored, TINY, temporaryFolder, trainHere } from './tinyRun.js';

const folder = temporaryFolder();
const dataroot = await makeDataset(join(folder, 'data'), { train: 3 });
const SMALL = [...TINY.slice(TINY.indexOf('--num_threads')), '--netD', 'patch16', '--ndf', '2'];
const SIZES = ['--load_size', '72', '--crop_size', '64', '--max_steps', '2', '--layer_forms', 'rule'];
const FINE = ['--netG', 'local', '--num_D', '3', '--ngf', '1'];

const train = (name: string, ...more: string[]) =>
  trainHere([
    ...['--recipe', 'pix2pixhd', '--dataroot', dataroot, '--checkpoints_dir', folder, '--name', name],
    ...[...SMALL, ...SIZES, ...more],
  ]);
const generator = (name: string) => stored(join(folder, name)).G as Readonly<Record<string, string>>;

test('the enhancer is trained around a global generator that stays as it is, and then both', async () => {
  await train('coarse', '--ngf', '2');
  await train('fine', ...FINE, '--init_from', 'coarse', '--init_partial', '--freeze', 'G.model.*');
  const [coarse, fine] = [generator('coarse'), generator('fine')];
  const shared = Object.keys(fine).filter((name) => name.startsWith('model.'));
  assert.ok(shared.length > 40 && shared.length < Object.keys(fine).length);
  for (const name of shared) assert.equal(fine[name], coarse[name], name);

  await train('both', ...FINE, '--init_from', 'fine');
  const both = generator('both');
  // Biases before a norm learn nothing.
  for (const name of Object.keys(fine).filter((each) => each.endsWith('weight')))
    assert.notEqual(both[name], fine[name], name);
  const { difference } = await exportGenerator('both', {
    ...{ checkpointsDir: folder, out: join(folder, 'both.onnx') },
  });
  assert.ok(difference.max < 0.0127, `${difference.max}`);

  await assert.rejects(
    trainHere(['--checkpoints_dir', folder, '--name', 'fine', '--continue_train', '--freeze=']),
    /freeze/,
  );
});
