/** Trainings of a few steps in this process, to be compared between devices and precisions. */
import type { Device } from '../src/engine/runtime/device.js';
import { FIRST_SCALING } from '../src/engine/runtime/lossScaling.js';
import { createModel } from '../src/training/createModel.js';
import { parseTrainOptions } from '../src/training/options.js';
import { syntheticBatch } from '../src/training/profiling/syntheticBatch.js';
import { TINY } from './tinyRun.js';

/** What a training came to. */
export interface Trained {
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Of each optimiser. */
  readonly skipped: readonly (number | undefined)[];
}

/** The losses of some steps on the same images, and the updates that were left out. @param scale the first loss scale */
export async function train(
  device: Device,
  precision: string,
  { steps = 10, scale = 256 }: { steps?: number; scale?: number } = {},
): Promise<Trained> {
  const opt = parseTrainOptions([
    ...['--dataroot', '.', ...TINY, '--ngf', '4', '--ndf', '8', '--precision', precision],
  ]);
  const model = await createModel(opt, device);
  await model.setup(opt, { print: () => {} });
  const optimisers = [...model.optimisers.values()];
  for (const { lossScaling } of optimisers) await lossScaling?.write({ ...FIRST_SCALING, scale });
  const batch = syntheticBatch(opt, model.graph.inputs);
  const losses: Record<string, number>[] = [];
  for (let step = 0; step < steps; step++) {
    model.setInput(batch);
    await model.optimizeParameters();
    losses.push(await model.getCurrentLosses());
  }
  const scalings = await Promise.all(optimisers.map(({ lossScaling }) => lossScaling?.read()));
  await model.dispose();
  return { losses, skipped: scalings.map((scaling) => scaling?.skipped) };
}

/** The largest difference of a loss, relative to it. */
export function apart(found: Trained, expected: Trained): number {
  const differences = expected.losses.flatMap((losses, step) =>
    Object.entries(losses).map(([name, loss]) => Math.abs(found.losses[step][name] / loss - 1)),
  );
  return Math.max(...differences);
}
