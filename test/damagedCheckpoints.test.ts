import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SafetensorsFile } from '../src/checkpoints/safetensors.js';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { makeDataset, pix2pix, TINY, temporaryFolder, textOf, trainHere } from './tinyRun.js';
import { commandHere, type Told, trainingHere } from './told.js';

// Runs whose checkpoints have been damaged, or are not those that the options describe.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, test: 1 });
process.chdir(folder);
const argv = ['--dataroot', 'data', ...TINY, '--name', 'run', '--n_epochs', '3', '--n_epochs_decay', '0'];
await trainHere([...argv, '--save_epoch_freq', '1']);

/** A copy of the run, damaged. */
function damaged(name: string, damage: (path: (file: string) => string) => void): string {
  const run = join(folder, 'checkpoints', name);
  rmSync(run, { recursive: true, force: true });
  cpSync(join(folder, 'checkpoints', 'run'), run, { recursive: true });
  damage((file) => join(run, file));
  return name;
}

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length * 0.7)] ^= 4;
  writeFileSync(path, bytes);
}

const goOn = (name: string, ...more: string[]) =>
  trainingHere('--name', name, '--continue_train', '--intra_threads', '1', ...more);
const translateWith = (name: string, ...more: string[]) => commandHere('test', '--name', name, ...more);

/** One message, exit code 1, no stack trace. */
function assertRefused({ status, stderr }: Told, message: RegExp): void {
  assert.equal(status, 1, stderr);
  assert.match(stderr, message);
  assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert(!/^\s+at .*:\d+:\d+\)?$/m.test(stderr), stderr);
}

for (const [file, what] of [
  ['latest_net_G.safetensors', 'bit flipped in the generator'],
  ['latest_state.safetensors', 'bit flipped in the training state'],
  ['latest.json', 'bit flipped in the manifest'],
] as const) {
  test(`${what}: training goes on from the one before, loudly`, async () => {
    const { status, stdout } = await goOn(damaged('flipped', (path) => flipBit(path(file))));
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^warning: a checkpoint cannot be used\n {2}checkpoint latest: .+\n {2}using previous instead \(epoch 2, iteration 8, /m,
    );
    assert.match(stdout, /^training goes on in epoch 3 \(8 steps made\)/m);
    assert.match(stdout, /^finished after 12 steps/m);
  });
}

test('a truncated generator: the same, and a test translates with the one before', async () => {
  const name = damaged('cut', (path) => truncateSync(path('latest_net_G.safetensors'), 5000));
  const translated = await translateWith(name);
  assert.equal(translated.status, 0, translated.stderr);
  assert.match(translated.stdout + translated.stderr, /latest: .*5000 bytes[\s\S]*using previous instead/);
  assert.match((await goOn(name)).stdout, /using previous instead/);
});

test('where none is whole, it says what is wrong with each', async () => {
  const name = damaged('ruined', (path) => {
    for (const tag of ['latest', 'previous', '1', '2', '3']) flipBit(path(`${tag}_net_G.safetensors`));
  });
  assertRefused(
    await goOn(name),
    /^error: checkpoint latest cannot be loaded\n[\s\S]*latest .*changed[\s\S]*previous .*changed/,
  );
  assertRefused(await translateWith(name), /^error: checkpoint latest cannot be loaded/);
});

test('where only an epoch is whole, training goes on after it with fresh optimisers, and says so', async () => {
  const name = damaged('epochs', (path) => {
    for (const tag of ['latest', 'previous', '3']) flipBit(path(`${tag}_net_G.safetensors`));
  });
  const { status, stdout } = await goOn(name);
  assert.equal(status, 0);
  assert.match(stdout, /using 2 instead/);
  assert.match(
    stdout,
    /^warning: checkpoint 2 holds networks alone: training goes on at the beginning of epoch 3 /m,
  );
  assert.match(stdout, /^finished after 12 steps, in epoch 3/m);
});

test('flags that ask for other networks are refused with the differences', async () => {
  assertRefused(
    await goOn('run', '--ngf', '4', '--netD', 'pixel'),
    /^error: the checkpoint of run holds other networks than the command line asks for\n {2}--ngf +command line 4, checkpoint 2\n {2}--netD +command line pixel, checkpoint n_layers\n {2}fix/,
  );
  const other = await translateWith('run', '--norm', 'instance');
  assertRefused(
    other,
    /^error: the checkpoint of run holds other networks[\s\S]*--norm +command line instance, checkpoint batch/,
  );
});

test('a hostile header is refused before anything is allocated for it', async () => {
  const hostile = Buffer.alloc(64, 0x20);
  hostile.writeBigUInt64LE(2n ** 62n);
  const name = damaged('hostile', (path) => {
    for (const tag of ['latest', 'previous', '1', '2', '3'])
      writeFileSync(path(`${tag}_net_G.safetensors`), hostile);
  });
  assertRefused(await translateWith(name), /^error: checkpoint latest cannot be loaded/);
});

test('a checkpoint or a run that does not exist: the message lists those that do', async () => {
  assertRefused(
    await translateWith('run', '--epoch', '7'),
    /^error: there is no checkpoint 7 of run\n[\s\S]*holds +3, latest, 2, 1\n/,
  );
  assertRefused(
    await goOn('nobody'),
    /^error: there is no checkpoint latest of nobody\n[\s\S]*nothing: there is no such folder\n {2}fix +check --name/,
  );
});

test('an option that an older version did not store has its default, one that is unknown here is passed over', () => {
  const name = damaged('older', () => {});
  const store = new CheckpointStore(join(folder, 'checkpoints', name));
  const loaded = store.load('latest');
  const tensors = (file: SafetensorsFile) =>
    new Map([...file.tensors.keys()].map((key) => [key, file.read(key)]));
  const { keep_last, val_freq, ...options } = loaded.manifest.options;
  assert.deepEqual([keep_last, val_freq], ['inf', 1]);
  store.save(['latest'], {
    epoch: loaded.manifest.epoch,
    totalIters: loaded.manifest.totalIters,
    options: { ...options, n_epochs: 4, flag_of_tomorrow: 'x' },
    networks: Object.fromEntries([...loaded.networks].map(([network, file]) => [network, tensors(file)])),
    state: { tensors: tensors(loaded.state!.tensors), json: loaded.state!.json },
  });
  loaded.close();
  const again = ['train', '--name', name, '--continue_train', '--intra_threads', '1'];
  const { status, stdout, stderr } = pix2pix(folder, again); // what is written besides is part of it
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^finished after 16 steps, in epoch 4/m);
  assert.match(textOf(folder, 'checkpoints', name, 'train_opt.txt'), /^ +keep_last: inf +$/m);
});
