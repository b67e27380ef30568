import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MachineError } from '../../base/errors/machineError.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { Refused } from '../../base/http/refused.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import type { ComputeThread } from './computeThread.js';
import type { ModelCatalogue } from './modelCatalogue.js';
import type { LoadedModel, ModelPool } from './modelPool.js';
import { TranslationQueue } from './translationQueue.js';

/** A queue whose thread inverts bytes, once it is let, and tells what it was given. */
function invertingQueue(limits = { queue: 100, batch: 3 }, options: GeneratorInfo['options'] = {}) {
  const batches: { readonly model: number; readonly shape: readonly number[] }[] = [];
  let release = () => {};
  const isLet = new Promise<void>((resolve) => {
    release = resolve;
  });
  const thread = {
    translate: async (model: number, { data, shape }: ImageBatch) => {
      batches.push({ model, shape });
      await isLet;
      return { data: data.map((level) => 255 - level), shape };
    },
  } as unknown as ComputeThread;
  const info = { name: 'inverting', inputNc: 3, outputNc: 3, options } as GeneratorInfo;
  const pool = {
    use: async (name: string): Promise<Pick<LoadedModel, 'id' | 'info'>> => ({ id: Number(name), info }),
  } as unknown as ModelPool;
  const catalogue = { find: () => undefined } as unknown as ModelCatalogue;
  const queue = new TranslationQueue({ catalogue, pool, thread, onBatch: () => {} }, limits);
  return { queue, batches, release };
}

const image = (width: number, height: number, level: number) => ({
  ...{ width, height },
  data: new Uint8Array(width * height * 3).fill(level),
});
const never = new AbortController().signal;

test('every image gets its own translation, in batches of one model and size that are no larger than they may', async () => {
  const asked = fc.array(
    fc.record({
      model: fc.integer({ min: 0, max: 2 }),
      side: fc.integer({ min: 1, max: 3 }),
      level: fc.nat(255),
    }),
    { minLength: 1, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 1, max: 5 }), async (images, batch) => {
      const { queue, batches, release } = invertingQueue({ queue: 100, batch });
      const translations = images.map(({ model, side, level }) =>
        queue.translate(`${model}`, image(side, 2, level), never),
      );
      release();
      for (const [index, { data, shape }] of (await Promise.all(translations)).entries()) {
        const { side, level } = images[index];
        assert.deepEqual(shape, [1, 2, side, 3]);
        assert.deepEqual([...data], new Array(side * 6).fill(255 - level));
      }
      assert.equal(
        batches.reduce((total, { shape }) => total + shape[0], 0),
        images.length,
      );
      for (const { shape } of batches) assert.ok(shape[0] <= batch);
    }),
  );
});

test('what waits together is translated together, the oldest first', async () => {
  const { queue, batches, release } = invertingQueue();
  const add = (model: string, side: number) => queue.translate(model, image(side, 1, 9), never);
  const all = [add('0', 1), add('1', 1), add('2', 1), add('1', 1), add('2', 1), add('2', 2), add('2', 1)];
  release();
  await Promise.all(all);
  // The first two find the thread idle; the others wait, and then go by model and size.
  assert.deepEqual(
    batches.map(({ model, shape: [n, , width] }) => [model, n, width]),
    [
      [0, 1, 1],
      [1, 1, 1],
      [2, 3, 1],
      [1, 1, 1],
      [2, 1, 2],
    ],
  );
});

test('a large image goes alone', async () => {
  const { queue, batches, release } = invertingQueue();
  const all = [1, 2, 3, 4].map((level) => queue.translate('0', image(1024, 1024, level), never));
  release();
  await Promise.all(all);
  assert.deepEqual(
    batches.map(({ shape }) => shape[0]),
    [1, 1, 1, 1],
  );
});

test('an image whose time is over before its turn is left out, and the others are not', async () => {
  const { queue, batches, release } = invertingQueue();
  const gone = new AbortController();
  const first = [queue.translate('0', image(1, 1, 0), never), queue.translate('0', image(1, 1, 0), never)];
  const late = queue.translate('0', image(1, 1, 1), gone.signal);
  const after = queue.translate('0', image(1, 1, 2), never);
  gone.abort(new Refused(504, 'late'));
  await assert.rejects(late, /late/);
  release();
  await Promise.all(first);
  assert.deepEqual([...(await after).data], [253, 253, 253]);
  assert.deepEqual(
    batches.map(({ shape }) => shape[0]),
    [1, 1, 1],
  );
});

test('places are bounded, and given back', () => {
  const { queue } = invertingQueue({ queue: 3, batch: 1 });
  const giveBack = queue.reserve(2);
  assert.throws(
    () => queue.reserve(2),
    (error: Refused) => error.status === 429 && error.retryAfter! >= 1,
  );
  assert.throws(
    () => queue.reserve(4),
    (error: Refused) => error.status === 413,
  );
  giveBack();
  queue.reserve(3);
  assert.equal(queue.length, 3);
});

test('a model of labels, or of numbers in units of their own, is given no picture', async () => {
  const models: readonly (readonly [GeneratorInfo['options'], RegExp])[] = [
    [{ label_nc: 3 }, /cannot be used\n {2}file +the image\n[\s\S]*takes labels/],
    [{ label_nc: 3, label_side: 'output' }, /makes labels/],
    [{ value_range: '0,4095' }, /takes numbers of a range of its own/],
    [{ output_range: '0,4095' }, /makes numbers of a range of its own/],
  ];
  for (const [options, reason] of models) {
    const { queue, batches } = invertingQueue(undefined, options);
    await assert.rejects(queue.translate('1', image(2, 2, 7), never), reason);
    assert.deepEqual(batches, []);
  }
  const { queue, release } = invertingQueue(undefined, { resize_filter: 'nearest' });
  release();
  assert.equal((await queue.translate('1', image(2, 2, 7), never)).data[0], 248);
});

test('a model that the machine could not run is loaded again, one that refused an image is not', async () => {
  const full = new MachineError('there is not enough memory', {}, 'free some', true);
  for (const [failure, dropped] of [
    [full, ['m']],
    [new Error('a defect'), ['m']],
    [new Pix2PixError('the image is too large'), []],
  ] as const) {
    const drops: string[] = [];
    const pool = {
      use: async () => ({ id: 1, info: { name: 'm', inputNc: 3, outputNc: 3, options: {} } }),
      drop: (name: string) => drops.push(name),
    } as unknown as ModelPool;
    const thread = {
      translate: async () => {
        throw failure;
      },
    } as unknown as ComputeThread;
    const catalogue = { find: () => undefined } as unknown as ModelCatalogue;
    const queue = new TranslationQueue(
      { catalogue, pool, thread, onBatch: () => {} },
      { queue: 9, batch: 1 },
    );
    await assert.rejects(queue.translate('m', image(1, 1, 0), never), failure);
    assert.deepEqual(drops, dropped, failure.message);
  }
});
