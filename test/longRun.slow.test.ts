import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeDataset, pix2pix, root, stored, TINY, temporaryFolder, textOf } from './tinyRun.js';

// Properties that show only after many steps, or with networks of the full size.

const folder = temporaryFolder();

/** Trains in a process of its own and prints its memory every so many steps, garbage collected, in MB. */
const MEASURE = `
  import { parseTrainOptions, trainingLoop } from '${pathToFileURL(join(root, 'dist/src/index.js'))}';
  const opt = parseTrainOptions(process.argv.slice(1));
  let step = 0;
  const emit = ({ kind }) => {
    if (kind !== 'step' || ++step % 50 !== 0) return;
    globalThis.gc();
    console.log(process.memoryUsage().rss / 2 ** 20);
  };
  await trainingLoop(opt, { emit, shouldStop: () => false });
`;

test('memory does not grow from step to step', async () => {
  await makeDataset(join(folder, 'data'), { train: 5 });
  const argv = ['--dataroot', 'data', ...TINY, '--ngf', '8', '--batch_size', '2', '--max_steps', '350'];
  const flags = ['--expose-gc', '--input-type=module', '--eval', MEASURE, '--'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const megabytes = stdout.trim().split('\n').map(Number);
  assert.equal(megabytes.length, 7);
  // A set of masks, inputs or outputs that were kept at every step would come to far more over these 200 steps.
  const [from, to] = [Math.min(...megabytes.slice(2, 5)), Math.min(...megabytes.slice(5))];
  assert(to - from < 8, `RSS in MB every 50 steps: ${megabytes.map((mb) => mb.toFixed(0))}`);
});

test("the reference's command line runs as it stands", async () => {
  await makeDataset(join(folder, 'datasets', 'facades'), { train: 2 });
  const line =
    'train --dataroot ./datasets/facades --name facades_pix2pix --model pix2pix --direction BtoA --netG unet_256 ' +
    '--norm batch --lambda_L1 100 --gan_mode vanilla --dataset_mode aligned';
  const { status, stdout, stderr } = pix2pix(folder, [...line.split(' '), '--max_steps', '1']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(
    stdout,
    /^\[Network G\] Total number of parameters : 54\.414 M\n\[Network D\] Total number of parameters : 2\.769 M$/m,
  );
  const run = join(folder, 'checkpoints', 'facades_pix2pix');
  for (const file of [
    'latest_net_G.safetensors',
    'latest_net_D.safetensors',
    'train_opt.txt',
    'loss_log.txt',
  ]) {
    assert(existsSync(join(run, file)), file);
  }
  const { counters } = stored(run) as { counters: { steps: number; updates: object } };
  assert.deepEqual([counters.steps, counters.updates], [1, { G: 1, D: 1 }]);
  assert.match(textOf(run, 'train_opt.txt'), /^ +crop_size: 256 /m);
});
