import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochOrder } from '../batch/epochOrder.js';
import type { Sample } from '../batch/sample.js';
import { BadImageError } from '../decode/badImage.js';
import { BatchProducer } from './batchProducer.js';

/** Samples of one pixel that say which they are; those in `bad` cannot be used. */
function source(length: number, bad: ReadonlySet<number> = new Set()) {
  const watch = { running: 0, most: 0, asked: [] as number[] };
  return {
    length,
    watch,
    async get(index: number): Promise<Sample> {
      watch.asked.push(index);
      watch.most = Math.max(watch.most, ++watch.running);
      await new Promise((resolve) => setImmediate(resolve));
      watch.running--;
      if (bad.has(index)) throw new BadImageError(`file-${index}`, 'it is bad');
      const image = { data: Uint8Array.of(index), shape: [1, 1, 1, 1] as const };
      return { A: image, B: image, APaths: [`file-${index}`], BPaths: [`file-${index}`] };
    },
  };
}

const plan = { batchSize: 1, seed: 0, shuffle: true, strict: false, replaceBad: true, slots: 4 };
const anyPlan = fc.record({
  length: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  seed: fc.maxSafeInteger(),
  shuffle: fc.boolean(),
  slots: fc.integer({ min: 1, max: 5 }),
  bad: fc.array(fc.nat(39)).map((indices) => new Set(indices)),
  epoch: fc.nat(1000),
});

test('an epoch holds every good image once, and in a bad one the next good image of the order', async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, async ({ bad, epoch, ...rest }) => {
      const order = [...epochOrder(rest, epoch)];
      fc.pre(order.some((index) => !bad.has(index)));
      const images = source(rest.length, bad);
      const producer = new BatchProducer(images, { ...plan, ...rest });
      const count = Math.ceil(rest.length / rest.batchSize);
      const made = await Promise.all(Array.from({ length: count }, (_, i) => producer.produce(epoch, i)));
      const sizes = made.map(({ batch }) => batch!.APaths.length);
      assert.ok(sizes.slice(0, -1).every((size) => size === rest.batchSize));

      const seen = made.flatMap(({ batch }) => [...batch!.A.data]);
      const want = order.map((_, place) => {
        for (let at = place; ; at++) if (!bad.has(order[at % rest.length])) return order[at % rest.length];
      });
      assert.deepEqual(seen, want);
      const named = new Set(made.flatMap((produced) => produced.bad.map(({ file }) => file)));
      assert.deepEqual(named, new Set(order.filter((i) => bad.has(i)).map((i) => `file-${i}`)));
      assert.ok(images.watch.most <= rest.slots);
    }),
    { numRuns: 60 },
  );
});

test('the shuffled order of an epoch is a permutation that changes with seed and epoch', () => {
  const order = (seed: number, epoch: number): string =>
    epochOrder({ length: 50, seed, shuffle: true }, epoch).join();
  assert.equal(new Set([order(1, 1), order(1, 2), order(2, 1), order(2, 2)]).size, 4);
  assert.equal(order(1, 1), order(1, 1));
});

test('a bad image is tried once an epoch, however often its place comes up', async () => {
  const images = source(3, new Set([1]));
  const producer = new BatchProducer(images, { ...plan, length: 3, shuffle: false });
  for (let epoch = 1; epoch <= 3; epoch++) for (let i = 0; i < 3; i++) await producer.produce(epoch, i);
  assert.equal(images.watch.asked.filter((index) => index === 1).length, 3);
});

test('what was bad in one epoch alone is there in the next, as it is for a training that is continued there', async () => {
  const badAtFirst = {
    length: 3,
    get: (index: number, { epoch }: { epoch: number }) => {
      if (epoch === 1 && index === 1) throw new BadImageError('1', 'its partner is broken');
      return source(3).get(index);
    },
  };
  const settings = { ...plan, length: 3, shuffle: false };
  const [throughout, continued] = [0, 1].map(() => new BatchProducer(badAtFirst, settings));
  await throughout.produce(1, 1);
  assert.deepEqual(await throughout.produce(2, 1), await continued.produce(2, 1));
});

test('an error that is no bad image is not swallowed', async () => {
  const broken = { length: 2, get: () => Promise.reject(new TypeError('a defect')) };
  const producer = new BatchProducer(broken, { ...plan, length: 2 });
  await assert.rejects(producer.produce(1, 0), TypeError);
});

test('closing refuses what waits for its turn', async () => {
  const images = source(8);
  const producer = new BatchProducer(images, { ...plan, length: 8, batchSize: 8, slots: 2 });
  const made = producer.produce(1, 0);
  await producer.close();
  await assert.rejects(made, /closed/);
  assert.ok(images.watch.asked.length <= 2);
});
