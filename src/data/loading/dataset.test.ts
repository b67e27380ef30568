import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import {
  COUNT,
  contents,
  epochOf,
  names,
  options,
  withDataset,
} from '../../../test/fixtures/pairedImages.js';
import { epochOrder } from '../batch/epochOrder.js';
import type { Batch } from '../batch/sample.js';
import { createDataset } from '../createDataset.js';

test('another thread gives the bytes that this thread gives', async () => {
  const run = (numThreads: number) =>
    withDataset({ numThreads, batchSize: 2, preprocess: 'resize_and_crop' }, async (dataset) =>
      contents([...(await epochOf(dataset)), ...(await epochOf(dataset))]),
    );
  assert.deepEqual(await run(4), await run(0));
});

test('a run continued in the middle of an epoch sees what it would have seen', async () => {
  const all = await withDataset({ batchSize: 2 }, async (dataset) => [
    await epochOf(dataset),
    await epochOf(dataset),
  ]);
  await withDataset({ batchSize: 2 }, async (dataset) => {
    dataset.startAt(1, 3);
    assert.deepEqual(contents(await epochOf(dataset)), contents(all[0].slice(3)));
    assert.deepEqual(contents(await epochOf(dataset)), contents(all[1]));
    dataset.startAt(2, 1);
    assert.deepEqual(contents(await epochOf(dataset)), contents(all[1].slice(1)));
    dataset.startAt(1, 4); // the end of epoch 1
    assert.deepEqual(await epochOf(dataset), []);
    assert.deepEqual([dataset.epoch, dataset.batchIndex], [2, 0]);
    for (const [epoch, batch] of [
      [1, 5],
      [1, -1],
      [1, 0.5],
      [-1, 0],
    ]) {
      assert.throws(() => dataset.startAt(epoch, batch), /no such place/);
    }
  });
});

test('a loop that is broken off keeps its place', async () => {
  await withDataset({}, async (dataset) => {
    const seen: Batch[] = [];
    for await (const batch of dataset) {
      seen.push(batch);
      assert.equal(dataset.batchIndex, seen.length);
      if (seen.length === 3) break;
    }
    seen.push(...(await epochOf(dataset)));
    assert.deepEqual(names(seen), [...epochOrder({ length: COUNT, seed: 5, shuffle: true }, 1)].map(String));
  });
});

test('a closed data set gives no more, and closing twice is no error', async () => {
  const dataset = await createDataset(options);
  for await (const _ of dataset) break; // others are under way
  await dataset.close();
  await dataset.close();
  await assert.rejects(epochOf(dataset), /closed/);
});

test('a batch is ready when the consumer returns from a long step', async () => {
  const hook = new URL('../../../test/fixtures/announceAnswers.js', import.meta.url);
  const given = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `--import=${hook}`;
  const answers = new BroadcastChannel('answers') as BroadcastChannel & MessagePort; // as Node takes it
  let sent = 0;
  answers.onmessage = () => sent++; // what comes before the event loop is blocked
  await withDataset({ numThreads: 2 }, async (dataset) => {
    const batches = dataset[Symbol.asyncIterator]();
    await batches.next();
    // Blocks the event loop, as a training step does, until the other thread has sent this batch and the next.
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (const end = performance.now() + 60_000; sent < 2; Atomics.wait(pause, 0, 0, 5)) {
      if (receiveMessageOnPort(answers) !== undefined) sent++;
      assert.ok(performance.now() < end, 'nothing is made while the consumer is busy');
    }
    let isReady = false;
    const next = batches.next().then(() => {
      isReady = true;
    });
    // turns of the event loop, not time: decoding in this thread would need one for each stage of an image
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(isReady);
    await next;
  }).finally(() => {
    answers.close();
    if (given === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = given;
  });
});

test('a process that forgets to close its data set, or exits in the middle, ends cleanly', () => {
  const module = JSON.stringify(new URL('../createDataset.js', import.meta.url).href);
  const opt = JSON.stringify({ ...options, maxDatasetSize: 1e9 });
  for (const [end, status] of [
    ['break', 0],
    ['process.exit(3)', 3],
  ] as const) {
    const code = `const { createDataset } = await import(${module});
      for await (const batch of await createDataset(${opt})) ${end};`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(child.stderr, '');
    assert.equal(child.status, status);
  }
});
