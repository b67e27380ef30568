import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { acquireRunLock } from '../src/checkpoints/runLock.js';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { makeDataset, pix2pix, startPix2pix, stored, TINY, temporaryFolder, textOf } from './tinyRun.js';
import { afterEachEvent } from './trainingHook.js';

// How a training ends before its end: signals, crashes, divergence, a second process.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 5 });
const train = ['train', '--dataroot', 'data', ...TINY, '--print_freq', '1'];
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const skip = process.platform === 'win32' ? 'Windows has no signals' : false;

/** Calls `act` once, when the program has printed so many lines of losses. */
function atStep(steps: number, act: (kill: (signal: NodeJS.Signals) => void) => void) {
  let isDone = false;
  return (output: string, kill: (signal: NodeJS.Signals) => void) => {
    if (isDone || (output.match(/^\(epoch:/gm)?.length ?? 0) < steps) return;
    isDone = true;
    act(kill);
  };
}

test('Ctrl-C finishes the step, saves and ends with 130', { skip }, async () => {
  const argv = [...train, '--name', 'interrupted', '--n_epochs', '1000000'];
  const { code, output } = await startPix2pix(
    folder,
    argv,
    atStep(2, (kill) => kill('SIGINT')),
  );
  assert.equal(code, 130);
  const steps = Number(/saved and stopped after (\d+) steps/.exec(output)?.[1]);
  assert(steps >= 2, output);
  assert.match(output, /go on: .*pix2pix\.js train --name interrupted --continue_train\n$/);
  const state = stored(runFolder('interrupted')) as { counters: { steps: number } };
  assert.equal(state.counters.steps, steps);
});

test('a second Ctrl-C ends it at once, and the last checkpoint stays', { skip }, async () => {
  const first = pix2pix(folder, [...train, '--name', 'twice', '--max_steps', '5']);
  assert.equal(first.status, 0, first.stderr);
  const before = stored(runFolder('twice'));

  // Of each batch one image is damaged, which is told when its step is about to begin; the step takes many seconds.
  await makeDataset(join(folder, 'damaged'), { train: 4 });
  writeFileSync(join(folder, 'damaged', 'train', '3.png'), 'no image');
  const large = ['--crop_size', '2048', '--load_size', '2048', '--batch_size', '4', '--num_threads', '0'];
  const again = ['train', '--name', 'twice', '--continue_train', '--dataroot', 'damaged', ...large];
  let signals = 0;
  let sending: NodeJS.Timeout | undefined;
  const { signal, output } = await startPix2pix(folder, again, (printed, kill) => {
    if (signals === 0 && printed.includes('3.png is left out')) {
      signals++;
      kill('SIGINT');
    }
    if (signals !== 1 || !printed.includes('finishing the step')) return;
    signals++;
    sending = setInterval(() => kill('SIGINT'), 50); // those that come too soon pass for the first one's echo
  });
  clearInterval(sending);
  assert.equal(signal, 'SIGINT', output); // 130 for a shell
  assert.doesNotMatch(output, /saved|terminate called/);
  assert.deepEqual(stored(runFolder('twice')), before);
});

test('killed, also while it saves, it goes on from the last checkpoint', { skip }, () => {
  const often = ['--name', 'killed', '--save_latest_freq', '1', '--n_epochs', '4', '--n_epochs_decay', '0'];
  let argv = [...train, ...often];
  const moments = [
    "event.kind === 'step' && event.report.at.step === 3", // not saved yet
    "event.kind === 'saved' && event.at.step === 4",
    "event.kind === 'epochEnded' && event.at.epoch === 2",
  ];
  for (const [i, moment] of moments.entries()) {
    const env = afterEachEvent(folder, `kill${i}`, `if (${moment}) process.kill(process.pid, 'SIGKILL');`);
    assert.equal(pix2pix(folder, argv, env).signal, 'SIGKILL', moment);
    argv = ['train', '--name', 'killed', '--continue_train', '--print_freq', '1', '--num_threads', '0'];
  }
  const { status, stdout, stderr } = pix2pix(folder, argv);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^finished after 20 steps/m);
  const never = pix2pix(folder, [...train, ...often, '--name', 'never']);
  assert.equal(never.status, 0);
  assert.deepEqual(counters('killed'), counters('never'));
});

/** The weights depend on how many threads compute, which a continued run does not keep; the counters do not. */
function counters(name: string): unknown {
  const { totalIters, steps, place, updates } = (stored(runFolder(name)) as { counters: object })
    .counters as Record<string, unknown>;
  return { totalIters, steps, place, updates };
}

test('a loss that is no number stops it with one message, and the last good checkpoint stays', () => {
  const good = pix2pix(folder, [...train, '--name', 'diverged', '--max_steps', '3']);
  assert.equal(good.status, 0, good.stderr);
  const before = stored(runFolder('diverged'));
  const again = ['train', '--name', 'diverged', '--continue_train', '--save_latest_freq', '1'];
  const { status, stderr } = pix2pix(folder, [...again, '--lr', '1e30', '--intra_threads', '1']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: training has diverged: \w+ = (NaN|-?Infinity)[^\n]*\n {2}at {11}epoch 1, step \d\n {2}images {7}data.train.\d.png\n {2}checkpoints {2}[^\n]+\n {2}fix {10}[^\n]+--continue_train[^\n]+\n$/,
  );
  const tags = new CheckpointStore(runFolder('diverged')).list().map(({ tag }) => tag);
  assert.deepEqual(tags, ['latest']);
  assert.deepEqual(stored(runFolder('diverged')), before);
  const sane = ['--lr', '0.0002', '--max_steps', '5', '--intra_threads', '1'];
  assert.equal(pix2pix(folder, [...again, ...sane]).status, 0);
});

test('infinite moments of the optimiser, which leave losses and weights finite, are divergence too', () => {
  const argv = [...train, '--name', 'infinite', '--max_steps', '2', '--lambda_L1', '1e25'];
  const { status, stderr } = pix2pix(folder, argv);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: training has diverged: G\.exp_avg_sq\.\S+ is not finite\n {2}at {11}epoch 1, step 2\n {2}images [^\n]+\n {2}checkpoints [^\n]+\n {2}fix {10}[^\n]+--continue_train[^\n]+\n$/,
  );
  assert.deepEqual(new CheckpointStore(runFolder('infinite')).list(), []);
});

test('a second process on the same run is refused', () => {
  const lock = acquireRunLock(runFolder('locked'));
  try {
    const { status, stderr } = pix2pix(folder, [...train, '--name', 'locked']);
    assert.equal(status, 1);
    assert.match(stderr, /^error: this run is being trained already\n {2}by +process \d+\n/);
    assert.match(stderr, new RegExp(`process ${process.pid}`));
    assert(!existsSync(join(runFolder('locked'), 'train_opt.txt')));
  } finally {
    lock.release();
  }
});

test('a defect in the training thread is told, and the exit code is 1', () => {
  const poison =
    "if (event.kind === 'started') process.nextTick(() => { throw new TypeError('poisoned'); });";
  const env = afterEachEvent(folder, 'poison', poison);
  const { status, stderr } = pix2pix(folder, [...train, '--name', 'poisoned'], env);
  assert.equal(status, 1);
  assert.match(stderr, /^error: poisoned\n {2}this is a defect of pix2pix-ts\n {2}fix {2}add --verbose/);
  assert(!existsSync(join(runFolder('poisoned'), 'train.lock')), 'the lock is released');
});

test('a defect beside the training thread is told, the training saves, and the exit code is 1', () => {
  const poison = join(folder, 'poisonBeside.mjs');
  writeFileSync(
    poison,
    `import { existsSync } from 'node:fs';
     import { isMainThread } from 'node:worker_threads';
     const timer = setInterval(() => {
       if (!existsSync('checkpoints/poisonedBeside/loss_log.txt')) return;
       clearInterval(timer);
       throw new TypeError('poisoned');
     }, 5);
     if (!isMainThread) clearInterval(timer);
     timer.unref();`,
  );
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(poison)}` };
  const argv = [...train, '--name', 'poisonedBeside', '--n_epochs', '1000'];
  const { status, signal, stderr } = pix2pix(folder, argv, env);
  assert.deepEqual([status, signal], [1, null]);
  assert.match(
    stderr,
    /^error: poisoned\n {2}this is a defect of pix2pix-ts\n {2}fix {2}add --verbose[^\n]+\n$/,
  );
  assert(stored(runFolder('poisonedBeside')));
  assert(!existsSync(join(runFolder('poisonedBeside'), 'train.lock')), 'the lock is released');
});

test('a training whose lock is removed takes it again, so that no second one starts beside it', async () => {
  const lock = join(runFolder('unlocked'), 'train.lock');
  const argv = [...train, '--name', 'unlocked', '--n_epochs', '5000'];
  let [isRemoved, isStopped] = [false, false];
  const { code, output } = await startPix2pix(folder, argv, (printed, kill) => {
    if (!isRemoved && printed.includes('(epoch: 1,')) {
      isRemoved = true;
      rmSync(lock);
    }
    if (isStopped || !printed.includes('somebody has removed the lock') || !existsSync(lock)) return;
    isStopped = true; // a second signal would end it at once
    kill('SIGINT');
  });
  assert.equal(code, 130, output);
  assert(!existsSync(lock));
});

test('a training whose lock another process has taken ends, and writes to the folder no more', async () => {
  const name = 'taken';
  const lock = join(runFolder(name), 'train.lock');
  const argv = [...train, '--name', name, '--n_epochs', '5000', '--save_latest_freq', '1000000'];
  const living = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  let before: unknown;
  const { code, output } = await startPix2pix(folder, argv, (printed) => {
    if (before !== undefined || !printed.includes('(epoch: 1,')) return;
    if (!textOf(runFolder(name), 'run.json').includes('fingerprintOf')) return; // nothing is found out any more
    writeFileSync(lock, JSON.stringify(living));
    before = textOf(runFolder(name), 'run.json');
  });
  assert.equal(code, 1, output);
  assert.match(
    output,
    /error: the lock of this run was removed, and another process has taken it\n {2}by +process/,
  );
  assert.equal(textOf(lock), JSON.stringify(living));
  assert.equal(textOf(runFolder(name), 'run.json'), before);
  assert.deepEqual(new CheckpointStore(runFolder(name)).list(), []);
});
