import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlgorithmTimes } from '../src/engine/runtime/algorithmTimes.js';
import type { TrainingEvent } from '../src/training/report/trainingEvents.js';
import {
  DROPOUT,
  makeDataset,
  pix2pix,
  stored,
  TINY,
  temporaryFolder,
  textOf,
  trainHere,
} from './tinyRun.js';
import { afterEachEvent } from './trainingHook.js';

// N steps are k steps, a continuation and N - k steps, bit for bit.

const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
/** Three batches of two, the last one of one image. */
const dataroot = await makeDataset(join(folder, 'data'), { train: 5, val: 2 });

const run = (name: string) => ['--name', name, '--checkpoints_dir', checkpoints];

/** The figures that a training has computed, in order: the losses of every step, and every validation. */
function figures(events: readonly TrainingEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.kind === 'step') {
      const { at, losses, learningRate } = event.report;
      return [{ at, losses, learningRate }];
    }
    if (event.kind === 'validated') return [{ at: event.at, result: event.result }];
    return event.kind === 'epochEnded' ? [{ at: event.at, learningRate: event.learningRate }] : [];
  });
}

const configuration = fc.record({
  threads: fc.constantFrom('1', '2'),
  decoders: fc.constantFrom('0', '2'),
  batch: fc.constantFrom('1', '2'),
  policy: fc.constantFrom(
    ['linear'],
    ['step', '--lr_decay_iters', '2'],
    ['plateau', '--lr', '0.01'],
    ['cosine'],
  ),
  validation: fc.constantFrom('0', '1', '2'),
  seed: fc.nat(1000),
  norm: fc.constantFrom('batch', 'instance'),
});

/** Each session is stopped when it asks for the n-th time: between two steps, in a validation, at an epoch's end. */
const interruptions = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 });

test('a training that is interrupted anywhere and continued is the one that is not', async () => {
  await fc.assert(
    fc.asyncProperty(configuration, interruptions, async (given, stops) => {
      rmSync(checkpoints, { recursive: true, force: true });
      const { threads, decoders, batch, policy, validation, seed, norm } = given;
      const argv = [
        ...['--dataroot', dataroot, ...TINY, ...DROPOUT, '--intra_threads', threads, '--batch_size', batch],
        ...['--num_threads', decoders],
        ...['--lr_policy', ...policy, '--val_freq', validation, '--seed', `${seed}`, '--norm', norm],
        ...['--n_epochs', '2', '--n_epochs_decay', '1'],
      ];
      const whole = await trainHere([...argv, ...run('whole')]);

      const parts: TrainingEvent[] = [];
      for (const stopAfter of [...stops, Number.POSITIVE_INFINITY]) {
        const hasBegun = existsSync(join(checkpoints, 'parts', 'latest.json'));
        const again = ['--continue_train', '--intra_threads', threads, '--num_threads', '0'];
        const { events } = await trainHere([...run('parts'), ...(hasBegun ? again : argv)], stopAfter);
        parts.push(...events);
      }
      assert.equal(whole.summary.reason, 'finished');
      assert.deepEqual(figures(parts), figures(whole.events));
      assert.deepEqual(stored(join(checkpoints, 'parts')), stored(join(checkpoints, 'whole')));
    }),
    { numRuns: 5, seed: 14 },
  );
});

test('also when --max_steps cuts it in the middle and at the end of an epoch', async () => {
  const argv = [
    '--dataroot',
    dataroot,
    ...TINY,
    '--batch_size',
    '2',
    '--n_epochs',
    '2',
    '--n_epochs_decay',
    '1',
  ];
  await trainHere([...argv, ...run('uncut')]);
  const first = await trainHere([...argv, ...run('cut'), '--max_steps', '2']);
  assert.deepEqual([first.summary.reason, first.summary.steps], ['max_steps', 2]);
  for (const [steps, now] of [
    [3, 1],
    [3, 0],
    [7, 4],
  ]) {
    const more = [...run('cut'), '--continue_train', '--intra_threads', '1', '--max_steps', `${steps}`];
    const { summary } = await trainHere(more);
    assert.deepEqual([summary.reason, summary.steps, summary.stepsNow], ['max_steps', steps, now]);
  }
  const { summary } = await trainHere([...run('cut'), '--continue_train', '--intra_threads', '1']);
  assert.deepEqual([summary.reason, summary.steps], ['finished', 9]);
  assert.deepEqual(stored(join(checkpoints, 'cut')), stored(join(checkpoints, 'uncut')));
});

test('also through the program, stopped by SIGTERM in the middle of an epoch', {
  skip: process.platform === 'win32' ? 'Windows has no signals' : false,
}, async () => {
  const argv = [
    ...['--dataroot', dataroot, ...TINY, ...DROPOUT, '--print_freq', '1', '--batch_size', '2'],
    ...['--n_epochs', '6', '--n_epochs_decay', '6', '--val_freq', '3'],
  ];
  const whole = await trainHere([...argv, ...run('here')]);
  assert.equal(whole.summary.reason, 'finished');

  // 24 images are 14 steps, the last of them the second of three in its epoch. The thread goes on when it has been told.
  const signal = `if (event.kind === 'step' && event.report.at.step === 24) {
    process.kill(process.pid, 'SIGTERM');
    for (let i = 0; i < 6000 && !isTold(); i++) wait(); // a minute, if it is never told
  }`;
  const cut = pix2pix(
    folder,
    ['train', ...argv, ...run('killed')],
    afterEachEvent(folder, 'sigterm', signal),
  );
  assert.equal(cut.status, 143, cut.stderr);
  assert.match(cut.stdout, /saved and stopped after 14 steps/);
  const more = ['train', ...run('killed'), '--continue_train', '--intra_threads', '1'];
  const rest = pix2pix(folder, more);
  assert.equal(rest.status, 0, rest.stderr);
  assert.match(rest.stdout, /^finished after 36 steps/m);
  const same = [stored(join(checkpoints, 'killed')), stored(join(checkpoints, 'here'))];
  assert.deepEqual(same[0], same[1]);
});

test('the machine’s cache of timed layers may change or vanish between the sessions: the bits do not', async (t) => {
  const cache = join(folder, 'cache');
  const before = process.env.PIX2PIX_CACHE;
  process.env.PIX2PIX_CACHE = cache;
  t.after(() => {
    if (before === undefined) delete process.env.PIX2PIX_CACHE;
    else process.env.PIX2PIX_CACHE = before;
  });
  // Layers that are large enough to be timed.
  const argv = [
    ...['--dataroot', dataroot, '--netG', 'unet_32', '--ngf', '16', '--netD', 'pixel', '--ndf', '4'],
    ...[
      '--load_size',
      '128',
      '--crop_size',
      '128',
      '--batch_size',
      '3',
      '--num_threads',
      '0',
      '--intra_threads',
      '1',
    ],
    ...['--n_epochs', '2', '--n_epochs_decay', '0', '--seed', '3'],
  ];
  await trainHere([...argv, ...run('undisturbed')]);
  const times = JSON.parse(textOf(cache, 'algorithms.json')) as Record<
    string,
    Record<string, AlgorithmTimes>
  >;
  assert.ok(Object.values(times).some((layers) => Object.keys(layers).length > 1));

  for (const change of ['turned', 'removed'] as const) {
    writeFileSync(join(cache, 'algorithms.json'), JSON.stringify(times));
    await trainHere([...argv, ...run(change)], 2);
    if (change === 'removed') rmSync(cache, { recursive: true });
    else writeFileSync(join(cache, 'algorithms.json'), JSON.stringify(turned(times)));
    const again = ['--continue_train', '--intra_threads', '1', '--num_threads', '0'];
    const { summary } = await trainHere([...run(change), ...again]);
    assert.equal(summary.reason, 'finished');
    assert.deepEqual(stored(join(checkpoints, change)), stored(join(checkpoints, 'undisturbed')), change);
  }
});

/** The slowest algorithm of each layer is the fastest. */
function turned(times: Record<string, Record<string, AlgorithmTimes>>): unknown {
  const mapValues = <A, B>(of: Readonly<Record<string, A>>, change: (value: A) => B) =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
  return mapValues(times, (layers) => mapValues(layers, (layer) => mapValues(layer, (ms) => 1 / ms)));
}
