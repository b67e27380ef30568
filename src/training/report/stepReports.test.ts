import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Model } from '../model/model.js';
import { StepReports } from './stepReports.js';
import type { TrainingEvent } from './trainingEvents.js';

/** A model on a device that is so many runs ahead of the losses that it gives, and the reports of its steps. */
function training(runsAhead: number) {
  const given: ((loss: number) => void)[] = [];
  const model = {
    device: { runsAhead },
    steps: 0,
    getImagePaths: () => [`${model.steps}.png`],
    getCurrentLosses: () => new Promise((resolve) => given.push((G) => resolve({ G }))),
  };
  const told: string[] = [];
  const reports = new StepReports(model as unknown as Model, (event: TrainingEvent) => {
    if (event.kind === 'step' || event.kind === 'diverged') {
      told.push(`${event.kind} ${event.report.at.step}: ${event.report.losses.G}`);
    }
  });
  /** Makes a step, whose promise resolves when the next may be made. */
  const step = () => {
    const at = { step: ++model.steps, epoch: 1, iteration: model.steps };
    const time = { computeSeconds: 0, dataSeconds: 0 };
    const left = { imagesPerEpoch: 9, imagesLeft: 9 - model.steps };
    return reports.add({ at, time, learningRate: 1, ...left, isPrintDue: false });
  };
  return { given, told, reports, step };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('where runs are over when they return, each step is told before the next', async () => {
  const { given, told, step } = training(0);
  const first = step();
  given[0](0.5);
  await first;
  assert.deepEqual(told, ['step 1: 0.5']);
});

test('a device that works ahead is not waited for, and steps are told in their order', async () => {
  const { given, told, reports, step } = training(2);
  await step();
  await step();
  assert.equal(given.length, 2, 'each step’s losses are asked for at once');
  let isFree = false;
  const third = step().then(() => {
    isFree = true;
  });
  given[2](3);
  given[1](2);
  await turn();
  assert.deepEqual([told, isFree], [[], false], 'the third waits for the first');
  given[0](1);
  await third;
  assert.deepEqual(told, ['step 1: 1']);
  await reports.settle();
  assert.deepEqual(told, ['step 1: 1', 'step 2: 2', 'step 3: 3']);
});

test('a loss that is no number is told as its own step’s, and nothing after it', async () => {
  const { given, told, reports, step } = training(2);
  for (let i = 0; i < 2; i++) await step();
  const third = step();
  for (const [i, loss] of [1, Number.NaN, 3].entries()) given[i](loss);
  await third;
  await assert.rejects(reports.settle(), /diverged: G = NaN[\s\S]*step 2[\s\S]*2\.png/);
  assert.deepEqual(told, ['step 1: 1', 'diverged 2: NaN']);
});
