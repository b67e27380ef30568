import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { registerDataset } from '../data/datasetRegistry.js';
import { parseTrainOptions } from './options.js';
import type { TrainingEvent } from './report/trainingEvents.js';
import { train } from './train.js';
import { trainingLoop } from './trainingLoop.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-loop-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MAKING_MS = 30;
let clock = 0;
let atOnce = 0;
let mostAtOnce = 0;

// Grey images, each of which moves the clock on; all that are begun in one turn of the event loop are made at once.
const SIDE = 32;
registerDataset('slow', () => ({
  length: 4,
  async get(index) {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    clock += MAKING_MS;
    atOnce--;
    const image = {
      data: new Uint8Array(SIDE ** 2 * 3).fill(60 * index),
      shape: [1, SIDE, SIDE, 3],
    };
    const shape = [1, SIDE, SIDE, 3] as const;
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
  const now = mock.method(performance, 'now', () => clock);
  try {
    const { summary, reports } = await run('--num_threads', '0', '--name', 'waiting', '--batch_size', '2');
    assert.deepEqual(
      reports.map(({ time }) => time),
      Array(4).fill({ computeSeconds: 0, dataSeconds: MAKING_MS / 1000 }),
    );
    assert.deepEqual([summary.waitedMilliseconds, summary.stepMilliseconds], [8 * MAKING_MS, 0]);
  } finally {
    now.mock.restore();
  }
});

test('what a training tells comes in the order in which it happens', async () => {
  const more = [
    '--save_latest_freq',
    '3',
    '--save_by_iter',
    '--display_freq',
    '2',
    '--update_html_freq',
    '100',
  ];
  const { events } = await run('--num_threads', '0', '--name', 'order', ...more);
  const told = events.map((event) => {
    if (event.kind === 'saved') return `saved ${event.tags}`;
    if (event.kind === 'images')
      return `images${event.due.events ? ' events' : ''}${event.due.html ? ' html' : ''}`;
    return event.kind;
  });
  assert.deepEqual(
    told.filter((kind) => kind !== 'message'),
    [
      'started',
      ...['step', 'step', 'images events', 'step', 'saved latest,iter_3', 'step', 'images events'],
      ...['images html', 'epochEnded'], // the page has images of every epoch
      ...['step', 'step', 'images events', 'saved latest,iter_6', 'step', 'step', 'images events'],
      ...['images html', 'epochEnded', 'saved latest'],
    ],
  );
  const places = events.flatMap((event) =>
    'at' in event ? [`${event.at.epoch}:${event.at.iteration}`] : [],
  );
  assert.deepEqual([places.at(-1), places.at(-2), places.at(-3)], ['2:4', '2:4', '2:4']);
});

test('told to stop, it ends where it is, with everything saved', async () => {
  for (const [askedFor, steps, tags] of [
    [1, 0, []], // before the first step: there is nothing that could not be made again
    [2, 1, ['latest']],
    [5, 4, ['latest']], // the last step of an epoch, which is still to be ended
    [6, 4, ['latest']], // its end
    [7, 5, ['latest']],
  ] as const) {
    let asked = 0;
    const events: TrainingEvent[] = [];
    const summary = await trainingLoop(options('--num_threads', '0', '--name', `stop${askedFor}`), {
      emit: (event) => void events.push(event),
      shouldStop: () => ++asked >= askedFor,
    });
    const saved = events.flatMap((event) => (event.kind === 'saved' ? event.tags : []));
    assert.deepEqual(
      [summary.reason, summary.steps, saved],
      ['stopped', steps, tags],
      `asked ${askedFor} times`,
    );
    assert.equal(events.filter(({ kind }) => kind === 'epochEnded').length, askedFor >= 6 ? 1 : 0);
  }
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
