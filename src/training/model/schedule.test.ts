import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixture } from '../../../test/repository.js';
import { TRAIN_OPTIONS } from '../../options/trainOptions.js';
import { type LearningRatePolicy, Schedule, type ScheduleState } from './schedule.js';

/** PyTorch's schedulers, set up as the reference does (test/fixtures/optimiser.py). */
interface Expected {
  readonly lr_policy: LearningRatePolicy;
  readonly initial_lr: number;
  readonly n_epochs: number;
  readonly n_epochs_decay: number;
  readonly epoch_count: number;
  readonly lr_decay_iters: number;
  /** lr[k] is the rate after k epochs. */
  readonly lr: number[];
  readonly metrics?: number[];
}
const schedules: Expected[] = JSON.parse(readFileSync(fixture('schedules.json'), 'utf8'));

const optionsOf = (expected: Expected) => ({
  lr: expected.initial_lr,
  lrPolicy: expected.lr_policy,
  epochCount: expected.epoch_count,
  nEpochs: expected.n_epochs,
  nEpochsDecay: expected.n_epochs_decay,
  lrDecayIters: expected.lr_decay_iters,
});

const close = (found: number, expected: number) =>
  Math.abs(found - expected) <= 1e-12 * Math.max(expected, 1e-6);

schedules.forEach((expected, index) => {
  const { lr_policy, n_epochs, n_epochs_decay, epoch_count, lr, metrics } = expected;
  const title = `${index}: ${lr_policy}, ${n_epochs} + ${n_epochs_decay} epochs from ${epoch_count}`;
  test(`${title}: PyTorch's learning rates, also when it is restored between any two epochs`, () => {
    let schedule = new Schedule(optionsOf(expected));
    lr.forEach((rate, epochs) => {
      if (epochs > 0) schedule.endEpoch(metrics?.[epochs - 1]);
      assert.ok(
        close(schedule.learningRate, rate),
        `after ${epochs} epochs: ${schedule.learningRate}, ${rate}`,
      );
      const saved: ScheduleState = structuredClone(schedule.state);
      schedule = new Schedule(optionsOf(expected));
      schedule.restore(saved);
      assert.ok(close(schedule.learningRate, rate));
    });
  });
});

test('every policy is among PyTorch’s', () => {
  const policies = new Set(schedules.map(({ lr_policy }) => lr_policy));
  assert.deepEqual([...policies].sort(), ['cosine', 'linear', 'plateau', 'step']);
});

test('plateau passes over an epoch in which nothing was measured', () => {
  const expected = schedules.find(({ lr_policy }) => lr_policy === 'plateau')!;
  const schedule = new Schedule(optionsOf(expected));
  for (let epoch = 0; epoch < 20; epoch++) schedule.endEpoch(null);
  assert.equal(schedule.learningRate, expected.initial_lr);
});

test('a cosine rises again after --n_epochs, as the reference’s does, and the help says so', () => {
  const lr = 0.0002;
  const more = { epochCount: 1, nEpochs: 100, nEpochsDecay: 100, lrDecayIters: 50 };
  const schedule = new Schedule({ lr, lrPolicy: 'cosine', ...more });
  const rates = Array.from({ length: 200 }, () => {
    schedule.endEpoch();
    return schedule.learningRate;
  });
  const after = (epochs: number) => rates[epochs - 1];
  // PyTorch's CosineAnnealingLR with T_max=100
  assert.ok(after(100) < 1e-12);
  assert.ok(close(after(150), lr / 2));
  assert.ok(close(after(200), lr));
  assert.match(TRAIN_OPTIONS.lr_policy.help, /cosine falls over --n_epochs and rises again/);
});

test('a cosine without epochs to fall in is refused', () => {
  const expected = schedules.find(({ lr_policy }) => lr_policy === 'cosine')!;
  assert.throws(() => new Schedule({ ...optionsOf(expected), nEpochs: 0 }), {
    name: 'Pix2PixError',
    message: /^--lr_policy cosine has no epochs to fall in\n.*\n {2}fix +pass --n_epochs 1 or more/,
  });
});

test('plateau without a metric is refused; the others need none', () => {
  for (const expected of schedules) {
    const schedule = new Schedule(optionsOf(expected));
    if (expected.lr_policy !== 'plateau') schedule.endEpoch();
    else {
      for (const metric of [undefined, Number.NaN]) {
        assert.throws(() => schedule.endEpoch(metric), {
          name: 'Pix2PixError',
          message:
            /^lr_policy plateau has no metric to watch\n.*\n {2}fix +pass the validation loss to updateLearningRate/,
        });
      }
    }
  }
});
