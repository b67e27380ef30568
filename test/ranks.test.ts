/** A training by several ranks is the training of one process with the batches of all of them. The ranks are threads here. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointStore } from '../src/checkpoints/store.js';
import type { TrackPoint } from '../src/records/writing/tracker.js';
import { inRanks } from './rankThreads.js';
import { DISTURB } from './rankTraining.js';
import { assertSameTraining } from './sameTraining.js';
import { DROPOUT, makeDataset, stored, TINY, temporaryFolder, trainHere } from './tinyRun.js';

const folder = temporaryFolder();
const data = await makeDataset(join(folder, 'data'), { train: 10, val: 3, trainA: 6, trainB: 5 });
const task = new URL('./rankTraining.js', import.meta.url);
const LOOP = ['--checkpoints_dir', folder, '--dataroot', data, '--layer_forms', 'rule', ...TINY];

type Told = readonly [TrackPoint, Readonly<Record<string, number>>];

const train = (ranks: number, argv: readonly string[]) =>
  inRanks<readonly string[], unknown[]>(ranks, task, [...LOOP, ...argv]);

/** What one process tells of the same training. */
async function alone(argv: readonly string[]): Promise<unknown[]> {
  const { events } = await trainHere([...LOOP, ...argv]);
  return events.flatMap((event): unknown[] => {
    if (event.kind === 'step') return [[event.report.at, event.report.losses]];
    return event.kind === 'validated' ? [{ ...event.result.measures, images: event.result.images }] : [];
  });
}

interface Case {
  readonly flags: readonly string[];
  readonly ranks?: number;
  /** Images of a batch of one rank; `ranks` times as many are one process's. */
  readonly batch?: number;
  readonly steps?: number;
  /** Norms that cancel the biases before them, whose gradients are rounding alone. */
  readonly cancelsBiases?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  'batch norm, synchronised': { flags: ['--sync_norm'] },
  'instance norm': { flags: ['--norm', 'instance'], cancelsBiases: true },
  'CycleGAN with a pool that exchanges': {
    flags: [
      '--model',
      'cycle_gan',
      '--netG',
      'unet_32',
      '--norm',
      'batch',
      '--sync_norm',
      '--pool_size',
      '4',
    ],
    steps: 8,
  },
  'a gradient penalty': { flags: ['--gan_mode', 'wgangp', '--norm', 'instance'], cancelsBiases: true },
  'a gradient penalty through batch norm': { flags: ['--gan_mode', 'wgangp', '--sync_norm'] },
  'accumulated gradients and averages': {
    flags: ['--accumulate', '2', '--ema', '0.9', '--sync_norm', '--clip_grad_norm', '0.5'],
  },
  dropout: {
    flags: [...DROPOUT, '--sync_norm'],
    steps: 3,
  },
  'augmentation, and a last batch in which two of four ranks have no image': {
    flags: ['--sync_norm', '--diffaug', 'color,translation,cutout', '--n_epochs', '2'],
    ranks: 4,
    steps: 6,
  },
  'last batches of unequal parts': { flags: ['--sync_norm'], ranks: 3, batch: 2, steps: 4 },
};

for (const [title, { flags, ranks = 2, batch = 1, steps = 5, cancelsBiases = false }] of Object.entries(
  CASES,
)) {
  test(`${title}: ${ranks} ranks with batches of ${batch} equal one process with ${ranks * batch}`, async () => {
    const common = [...flags, '--max_steps', `${steps}`];
    const name = title.replace(/\W+/g, '-');
    const expected = await alone([...common, '--name', `${name}-one`, '--batch_size', `${ranks * batch}`]);
    const told = await train(ranks, [...common, '--name', name, '--batch_size', `${batch}`]);
    for (const rank of told) assert.deepEqual(rank, told[0]); // to the bit
    assertSameTold(told[0], expected);
    const [found, wanted] = [name, `${name}-one`].map((run) => stored(join(folder, run)));
    assertSameTraining(found, wanted, { cancelsBiases });
  });
}

/** Steps at the same places, with losses and measures that are equal but for rounding. */
function assertSameTold(found: readonly unknown[], expected: readonly unknown[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, one] of expected.entries()) {
    if (!Array.isArray(one)) {
      assertClosely(
        found[i] as Readonly<Record<string, number>>,
        one as Readonly<Record<string, number>>,
        1e-4,
      );
      continue;
    }
    const [[place, losses], [expectedPlace, expectedLosses]] = [found[i] as Told, one as unknown as Told];
    assert.deepEqual(place, expectedPlace);
    assertClosely(losses, expectedLosses, 1e-5);
  }
}

function assertClosely(
  found: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
  tolerance: number,
): void {
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const allowed = tolerance * Math.max(1, Math.abs(value));
    assert.ok(Math.abs(found[name] - value) <= allowed, `${name} is ${found[name]}, expected ${value}`);
  }
}

test('a checkpoint of two ranks goes on with three, then with one, as if one process had trained all the time', async () => {
  const flags = ['--sync_norm', '--n_epochs', '2', '--n_epochs_decay', '0', '--val_freq', '0'];
  // Steps of 4, 4, then 2 images that complete a batch of 6 in part, ...
  await train(2, [...flags, '--name', 'moved', '--batch_size', '2', '--max_steps', '1']);
  const images = async (ranks: number, steps: number) => {
    const argv = [
      ...flags,
      '--name',
      'moved',
      '--batch_size',
      '2',
      '--max_steps',
      `${steps}`,
      '--continue_train',
    ];
    const [told] = ranks === 1 ? [await alone(argv)] : await train(ranks, argv);
    return told.map((step) => (step as Told)[0].step);
  };
  assert.deepEqual(await images(3, 2), [6]); // two images of the batch of six that four of have been used
  assert.deepEqual(await images(1, 4), [8, 10]);
  const { counters } = stored(join(folder, 'moved')) as { counters: { place: unknown; totalIters: number } };
  assert.deepEqual([counters.place, counters.totalIters], [{ epoch: 2, batchIndex: 0, batchSize: 2 }, 10]);
});

test('ranks that have come to different weights are told apart before anything is saved', async () => {
  await assert.rejects(
    train(2, ['--name', 'apart', '--max_steps', '2', '--norm', 'instance', DISTURB]),
    /the ranks of this training have come to different weights[\s\S]*rank 1/,
  );
  assert.deepEqual(new CheckpointStore(join(folder, 'apart')).list(), []);
});
