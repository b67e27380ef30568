import { multiplyAddsOf } from '../../engine/ops/multiplyAdds.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelOptions } from '../../models/definition.js';
import { parameterCount } from '../../models/layers/module.js';
import { findModel } from '../../models/registry.js';
import { stepOf } from '../../models/stepDefinition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { decideDevice } from '../autoDevice.js';
import { openChosenDevice } from '../chosenDevice.js';
import { createModel } from '../createModel.js';
import { croppedSize } from '../model/fitMemory.js';
import type { Model } from '../model/model.js';
import { requireTraining } from '../requireTraining.js';
import { type Profile, tabulate } from './profileTables.js';
import { syntheticBatch } from './syntheticBatch.js';

/** Steps that are not counted: the first compiles, the second is the first to meet warm memory. */
const WARMUP = 2;

/** The time and memory of training steps. */
export interface StepBenchmark {
  /** As `--device` names it. */
  readonly device: string;
  /** The hardware, where it is not the processor. */
  readonly adapter?: string | undefined;
  /** Bytes of the device's own memory, where it counts them. */
  readonly deviceBytes?: number | undefined;
  /** Milliseconds of each `optimizeParameters`, with its losses fetched. */
  readonly steps: readonly number[];
  readonly batch: number;
  /** Floating-point operations of a step: two for each multiply-add. */
  readonly flops: number;
  readonly parameters: number;
  /** The process's high-water mark of resident memory. */
  readonly peakRssBytes: number;
  readonly profile?: Profile;
}

export interface BenchmarkSettings {
  /** Steps that are timed, after those that warm up. */
  readonly steps: number;
  /** Whether to look into them, which makes them a little slower. */
  readonly profile?: boolean;
  readonly print?: (text: string) => void;
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Times training steps of any options on synthetic images of `batchSize` times `cropSize`, which need no data set.
 *
 * @throws Pix2PixError when the options contradict each other
 */
export async function benchmark(
  given: TrainOptions,
  { steps, profile = false, print = () => {}, progress = () => {} }: BenchmarkSettings,
): Promise<StepBenchmark> {
  requireTraining(given);
  const opt = await decideDevice(given, print);
  const device = await openChosenDevice(opt, { profiling: profile });
  try {
    if (device.notice !== undefined) print(device.notice);
    const model = await createModel(opt, device);
    await model.setup(opt, { print });
    model.setInput(syntheticBatch(opt, model.graph.inputs));
    const times: number[] = [];
    for (let i = 0; i < WARMUP + steps; i++) {
      const started = performance.now();
      await model.optimizeParameters();
      await model.getCurrentLosses(); // a device may still be computing until then
      if (i >= WARMUP) times.push(performance.now() - started);
      progress(i + 1, WARMUP + steps);
    }
    const result = {
      ...{ device: device.name, adapter: device.adapter, deviceBytes: device.allocatedBytes },
      ...describe(opt, model),
      steps: times,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    await model.dispose(); // ends the profiles
    if (!profile) return result;
    const { nodes, updates } = await device.profile();
    return { ...result, profile: tabulate(nodes, updates, WARMUP) };
  } finally {
    await device.dispose();
  }
}

function describe(opt: TrainOptions, model: Model) {
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const size = croppedSize(opt);
  const program = stepOf(graph).program(size);
  const parameters = Object.values(model.networks).reduce((sum, network) => sum + parameterCount(network), 0);
  return { batch: opt.batchSize, flops: 2 * multiplyAddsOf(program), parameters };
}
