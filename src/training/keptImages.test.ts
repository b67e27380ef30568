import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, stored, TINY, temporaryFolder, trainHere } from '../../test/tinyRun.js';
import { commandHere, type Told, trainingHere } from '../../test/told.js';
import { machineMemory } from '../base/machineMemory.js';
import type { MemoryModel, MemoryNeeds } from '../engine/runtime/memoryModel.js';
import { keptInWords, planKeptImages } from './keptImages.js';
import { parseTrainOptions } from './options.js';

const SIZE = 1000e6;
const needs = { total: 300e6 } as MemoryNeeds;
const host = { isHost: true, processBytes: 100e6, available: () => 1100e6 } as MemoryModel;
const gpu = { isHost: false, available: () => Number.POSITIVE_INFINITY } as MemoryModel;

async function plan(
  argv: string,
  { memory = host, processes = 1, epoch = 1, size = async (): Promise<number | undefined> => SIZE } = {},
) {
  const opt = parseTrainOptions(['--dataroot', '.', ...argv.split(' ').filter((part) => part !== '')]);
  const dataset = { epoch, length: 100, sizeInMemory: size };
  return planKeptImages(dataset, opt, { memory, needs, processes });
}

test('auto is half of the memory that the training leaves, and an eighth of all stays free', async () => {
  const leaveFree = Math.floor(machineMemory().total / 8);
  assert.deepEqual(await plan(''), { bound: { bytes: 400e6, leaveFree }, bytes: 400e6, share: 0.4 });
  // within --memory_limit too
  assert.equal((await plan('--memory_limit 500MB'))!.bound!.bytes, 100e6);
  // two ranks of one machine have half of it each, and take what they need
  assert.equal((await plan('', { processes: 2 }))!.bound!.bytes, (1100e6 / 2 - 300e6) / 2);
  assert.equal((await plan('--memory_limit 500MB', { processes: 2 }))!.bound!.bytes, 100e6);
  const whole = await plan('', { size: async () => 147e6 });
  assert.deepEqual([whole!.bytes, whole!.share], [147e6, 1]);
});

test('a training on a GPU leaves all memory of the machine', async () => {
  const { bytes } = (await plan('', { memory: gpu }))!.bound!;
  assert.ok(Math.abs(bytes - machineMemory().available / 2) < machineMemory().total / 8);
});

test('a size is taken at its word', async () => {
  const bound = { bytes: 2e9, leaveFree: 0 };
  assert.deepEqual(await plan('--cache_images 2'), { bound, bytes: SIZE, share: 1 });
});

test('what is read once is not kept: the last epoch, and images that are no files', async () => {
  assert.notEqual(await plan('--n_epochs 2 --n_epochs_decay 1', { epoch: 2 }), undefined);
  assert.equal(await plan('--n_epochs 2 --n_epochs_decay 1', { epoch: 3 }), undefined);
  assert.equal(await plan('', { size: async () => undefined }), undefined);
  assert.equal(await plan('--cache_images off'), undefined);
});

test('the decision in words', async () => {
  assert.equal(keptInWords(await plan('', { size: async () => 147e6 })), 'kept in memory (147 MB)');
  assert.equal(keptInWords(await plan('--cache_images 0.333GB')), '33 % of them kept in memory (333 MB)');
  const without = 'decoded anew in each epoch, since no memory is left for them';
  assert.equal(keptInWords(await plan('--memory_limit 250MB')), without);
  assert.equal(keptInWords(await plan('--cache_images 9MB')), without, 'less than one image');
  assert.equal(keptInWords(await plan('--cache_images off')), undefined);
});

test('a training says it, and so does a dry run', async () => {
  const folder = temporaryFolder();
  const dataroot = await makeDataset(join(folder, 'data'), { train: 3 });
  const flags = ['--dataroot', dataroot, '--checkpoints_dir', folder, ...TINY];
  const saidBy = ({ stdout, stderr }: Told) => stdout + stderr;
  const train = async (...more: string[]) => saidBy(await trainingHere(...flags, ...more));
  const predict = async (...more: string[]) =>
    saidBy(await commandHere('train', ...flags, '--dry_run', ...more));
  // 2 × 3 images of 36 × 36 pixels of 3 bytes are 23,328 bytes
  assert.match(
    await train('--max_steps', '1'),
    /^training on 3 images, A and B [^,]*, kept in memory \(23\.3 kB\)$/m,
  );
  assert.match(
    await train('--max_steps', '1', '--cache_images', 'off'),
    /^training on 3 images, A and B [^,]*$/m,
  );
  assert.match(await predict(), /^images {6}kept in memory \(23.3 kB\)$/m);
  const some = await predict('--cache_images', '12kB');
  assert.match(some, /^images {6}51 % of them kept in memory \(12.0 kB\)$/m);
  const refused = await train('--cache_images', 'lots');
  assert.match(refused, /^error: [\s\S]*cache_images[\s\S]*neither auto nor off nor a size such as 4GB/);
});

test('a training is the same to the bit with images from memory', async () => {
  const folder = temporaryFolder();
  const dataroot = await makeDataset(join(folder, 'data'), { train: 3 });
  const train = async (name: string, ...more: string[]) => {
    const argv = ['--dataroot', dataroot, '--checkpoints_dir', folder, '--name', name, ...TINY, ...more];
    const { events } = await trainHere([...argv, '--max_steps', '8']);
    const messages = events.flatMap((event) => (event.kind === 'message' ? [event.text] : []));
    assert.equal(messages.join().includes('kept in memory'), name !== 'off');
    return stored(join(folder, name));
  };
  const want = await train('off', '--cache_images', 'off');
  assert.deepEqual(await train('auto'), want);
  assert.deepEqual(await train('some', '--cache_images', '12kB', '--num_threads', '2'), want);
});
