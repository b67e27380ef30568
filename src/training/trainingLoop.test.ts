import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerDataset } from '../data/createDataset.js';
import { parseTrainOptions } from './options.js';
import type { TrainingEvent } from './report/trainingEvents.js';
import { train } from './train.js';
import { trainingLoop } from './trainingLoop.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-loop-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MAKING_MS = 30;
let atOnce = 0;
let mostAtOnce = 0;

// Gray images that take their time.
registerDataset('slow', ({ cropSize }) => ({
  length: 4,
  async get(index) {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await sleep(MAKING_MS);
    atOnce--;
    const image = {
      data: new Uint8Array(cropSize ** 2 * 3).fill(60 * index),
      shape: [1, cropSize, cropSize, 3],
    };
    const shape = [1, cropSize, cropSize, 3] as const;
    return { A: { ...image, shape }, B: { ...image, shape }, APaths: [`${index}`], BPaths: [`${index}`] };
  },
}));

const options = (...more: string[]) =>
  parseTrainOptions([
    ...['--dataset_mode', 'slow', '--dataroot', 'none', '--checkpoints_dir', folder, '--intra_threads', '1'],
    ...['--netG', 'unet_32', '--ngf', '2', '--ndf', '2', '--netD', 'pixel', '--crop_size', '32'],
    ...['--n_epochs', '2', '--n_epochs_decay', '0', ...more],
  ]);

async function run(...more: string[]) {
  const events: TrainingEvent[] = [];
  const emit = (event: TrainingEvent) => void events.push(event);
  const summary = await trainingLoop(options(...more), { emit, shouldStop: () => false });
  const reports = events.flatMap((event) => (event.kind === 'step' ? [event.report] : []));
  return { summary, events, reports };
}

test('time spent waiting for data is told as that, image by image and in all', async () => {
  const { summary, reports } = await run('--num_threads', '0', '--name', 'waiting');
  assert.equal(reports.length, 8);
  assert(summary.waitedMilliseconds >= 8 * (MAKING_MS - 2), `${summary.waitedMilliseconds}`);
  for (const { time } of reports) assert(time.dataSeconds >= (MAKING_MS - 2) / 1000, `${time.dataSeconds}`);
  const told = reports.reduce((sum, { time }) => sum + time.dataSeconds * 1000, 0);
  assert(Math.abs(told - summary.waitedMilliseconds) < 1);
});

test('images are made ahead of their use', async () => {
  mostAtOnce = 0;
  await run('--num_threads', '4', '--name', 'ahead', '--max_steps', '4');
  assert(mostAtOnce > 1, `${mostAtOnce} at once`);
});

test('what is left to do is counted down to the last step', async () => {
  const { reports } = await run('--num_threads', '0', '--name', 'left');
  assert.deepEqual(
    reports.map(({ imagesLeft }) => imagesLeft),
    [7, 6, 5, 4, 3, 2, 1, 0],
  );
  const short = await run('--num_threads', '0', '--name', 'short', '--max_steps', '3');
  assert.deepEqual(
    short.reports.map(({ imagesLeft }) => imagesLeft),
    [2, 1, 0],
  );
});

test('train keeps what was registered in its thread, and stops when it is told', async () => {
  const stop = new AbortController();
  stop.abort();
  const early = await train(options('--quiet', '--name', 'early'), stop.signal);
  assert.deepEqual([early.reason, early.steps], ['stopped', 0]);
  const whole = await train(options('--quiet', '--name', 'whole'));
  assert.deepEqual([whole.reason, whole.steps, whole.stepsNow], ['finished', 8, 8]);
});
