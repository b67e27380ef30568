import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../src/base/random/stream.js';
import { EventTracker } from '../../src/records/writing/eventTracker.js';
import type { RunExit } from '../../src/records/writing/runRecord.js';
import { SWEEP_FILE, type SweepRecord } from '../../src/records/writing/sweepRecord.js';
import { planSweep } from '../../src/training/sweep/sweepPlan.js';
import { sessionOf, writeRecord } from '../writtenRun.js';

const EPOCHS = 30;
const IMAGES = 10;
const SEEDS = 3;

/** The values of `val/L1` of a run of it, epoch by epoch; lower for a smaller learning rate, and a little else by seed. */
export function l1Of(lr: number, seed: number): number[] {
  const random = new RandomStream(seed, 'sweep', [Math.round(lr * 1e6)]);
  const floor = 0.1 + 40 * lr + 0.01 * seed;
  return Array.from(
    { length: EPOCHS },
    (_, epoch) => floor + 0.2 * Math.exp(-epoch / 8) + 0.01 * random.uniform(),
  );
}

/** A sweep over two options with three seeds, of which two runs are not begun, one has failed, and one was stopped. */
export function makeSyntheticSweep(folder: string, name: string): SweepRecord {
  const plan = planSweep({
    ...{ name, method: 'grid', metric: 'val/L1', options: {}, seeds: [0, 1, 2], count: 0, drawnFrom: 0 },
    parameters: { lr: { values: [0.0001, 0.0004] }, netG: { values: ['unet_128', 'unet_256'] } },
  });
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, SWEEP_FILE), JSON.stringify(plan));
  const last = plan.runs.length - 2;
  for (const [i, run] of plan.runs.slice(0, last).entries()) {
    const exit: RunExit =
      i === last - 1
        ? { reason: 'stopped' }
        : i === last - SEEDS
          ? { reason: 'failed', message: 'no memory' }
          : { reason: 'finished' };
    const reached = exit.reason === 'finished' ? EPOCHS : EPOCHS / 2;
    const runFolder = join(folder, name, run.name);
    mkdirSync(runFolder);
    writeRecord(
      runFolder,
      sessionOf(run.name, {
        options: { name: `${name}/${run.name}`, ...run.options },
        plan: { imagesPerEpoch: IMAGES, epochs: EPOCHS, firstStep: 1, lastStep: EPOCHS * IMAGES },
        endedAt: '2026-03-01T11:00:00.000Z',
        exit,
      }),
    );
    const events = new EventTracker(runFolder);
    const values = l1Of(Number(run.options.lr), Number(run.options.seed));
    for (let epoch = 1; epoch <= reached; epoch++) {
      const at = { step: epoch * IMAGES, epoch, iteration: IMAGES };
      events.scalars(at, { 'val/L1': values[epoch - 1], 'loss/G_L1': 100 * values[epoch - 1] });
    }
    events.close();
  }
  return plan;
}
