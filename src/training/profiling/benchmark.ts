import { multiplyAddsOf } from '../../engine/ops/multiplyAdds.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelOptions } from '../../models/definition.js';
import { parameterCount } from '../../models/layers/module.js';
import { findModel } from '../../models/registry.js';
import { stepOf } from '../../models/stepDefinition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { openChosenDevice } from '../chosenDevice.js';
import { createModel } from '../createModel.js';
import type { Model } from '../model/model.js';
import { requireTraining } from '../requireTraining.js';
import { type Profile, tabulate } from './profileTables.js';

/** Steps that are not counted: the first compiles, the second is the first to meet warm memory. */
const WARMUP = 2;

/** The time and memory of training steps. */
export interface StepBenchmark {
  /** Milliseconds of each `optimizeParameters`. */
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
 * Times training steps of any options on synthetic images of `batchSize` × `cropSize`², which need no data set.
 *
 * @throws Pix2PixError when the options contradict each other
 */
export async function benchmark(
  opt: TrainOptions,
  { steps, profile = false, print = () => {}, progress = () => {} }: BenchmarkSettings,
): Promise<StepBenchmark> {
  requireTraining(opt);
  const device = await openChosenDevice(opt, { profiling: profile });
  try {
    if (device.notice !== undefined) print(device.notice);
    const model = await createModel(opt, device);
    await model.setup(opt, { print });
    model.setInput(images(opt, model));
    const times: number[] = [];
    for (let i = 0; i < WARMUP + steps; i++) {
      const started = performance.now();
      await model.optimizeParameters();
      if (i >= WARMUP) times.push(performance.now() - started);
      progress(i + 1, WARMUP + steps);
    }
    const result = {
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
  const size = { batch: opt.batchSize, height: opt.cropSize, width: opt.cropSize, format: 'u8' } as const;
  const program = stepOf(graph).program(size);
  const parameters = Object.values(model.networks).reduce((sum, network) => sum + parameterCount(network), 0);
  return { batch: opt.batchSize, flops: 2 * multiplyAddsOf(program), parameters };
}

/** Both sides, with the channels that the model takes of each. */
function images(opt: TrainOptions, { graph }: Model) {
  const [input, other = input] = graph.inputs.map(({ channels }) => channels);
  const [a, b] = opt.direction === 'BtoA' ? [other, input] : [input, other];
  return { A: image(opt, a, 1), B: image(opt, b, 2) };
}

/** Smooth, and different in every channel. */
function image({ batchSize, cropSize }: TrainOptions, channels: number, seed: number) {
  const data = Uint8Array.from(
    { length: batchSize * cropSize * cropSize * channels },
    (_, i) => 128 + 100 * Math.sin(seed * i),
  );
  return { data, shape: [batchSize, cropSize, cropSize, channels] as const };
}
