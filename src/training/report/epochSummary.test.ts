import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EpochSummary } from './epochSummary.js';

const step = (step: number, G_L1: number, computeSeconds = 0.495, dataSeconds = 0.005) => ({
  at: { step, epoch: 1, iteration: step },
  losses: { G_GAN: 1, G_L1 },
  time: { computeSeconds, dataSeconds },
  learningRate: 2e-4,
  imagesPerEpoch: 4,
  imagesLeft: 0,
  isPrintDue: false,
});
const end = (epoch: number, seconds: number) => ({
  kind: 'epochEnded' as const,
  at: { step: 4 * epoch, epoch, iteration: 4 },
  seconds,
  learningRate: { before: 2e-4, after: 1e-4 },
});

test('an epoch’s line has the means of its own steps, its rate and its validation', () => {
  const summary = new EpochSummary(200);
  for (const [i, loss] of [10, 20, 30, 40].entries()) summary.step(step(i + 1, loss));
  assert.equal(
    summary.end(end(1, 125)),
    'epoch   1/200  G_GAN  1.000  G_L1 25.000  lr 2.00e-4  2.00 images/s  2:05',
  );
  summary.step(step(6, 8)); // a batch of two
  summary.step(step(8, 9));
  summary.validated({ measures: { L1: 0.25, PSNR: 12.345, SSIM: 0.5 }, images: 3 });
  assert.equal(
    summary.end(end(10, 3)),
    'epoch  10/200  G_GAN  1.000  G_L1  8.500  lr 2.00e-4  2.00 images/s  0:03  val L1 0.2500  PSNR 12.35 dB  SSIM 0.5000',
  );
});

test('what is waited for images is said where it is more than a fiftieth', () => {
  const lineOf = (...waits: number[]) => {
    const summary = new EpochSummary(9);
    for (const [i, wait] of waits.entries()) summary.step(step(i + 1, 1, 0.5 - wait, wait));
    return summary.end(end(1, 9));
  };
  assert.match(lineOf(0.01, 0.005), /2\.00 images\/s {2}0:09/);
  assert.match(lineOf(0.02, 0.01), /2\.00 images\/s {2}waiting 3 % {2}0:09/);
  assert.match(lineOf(0.4), /waiting 80 %/);
});

test('an epoch of which nothing was left says no more than that it ended', () => {
  assert.equal(new EpochSummary(9).end(end(3, 0)), 'epoch 3/9  lr 2.00e-4  0:00');
});
