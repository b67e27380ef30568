import './ownCache.js';
import { CpuDevice } from '../src/engine/devices/cpu/cpuDevice.js';
import type { TunedChoices } from '../src/engine/runtime/tunedChoices.js';
import { createModel } from '../src/training/createModel.js';
import { parseTrainOptions } from '../src/training/options.js';
import { syntheticBatch } from '../src/training/profiling/syntheticBatch.js';
import { TunedChoicesFile } from '../src/training/tunedChoicesFile.js';
import { time } from './measure.js';
import { settingsOf } from './threadVariants.js';

/** What `bench/threads.ts` asks a process for. */
export interface ThreadTrial {
  readonly threads: number;
  readonly variant: string;
  readonly steps: number;
  readonly warmup: number;
  readonly isProfiled: boolean;
}

/** A node of the graph, or an update of Adam's. */
export interface ProfiledNode {
  readonly name: string;
  readonly operator: string;
  readonly milliseconds: number;
}

export interface ThreadTimes {
  /** Milliseconds from the start of the process until all is loaded, there is memory, weights are drawn, and a step is made. */
  readonly startMs: readonly number[];
  readonly stepMs: readonly number[];
  readonly forwardMs: readonly number[];
  /** Where a step's time went, without the first steps; empty where nothing was profiled. */
  readonly nodes: readonly ProfiledNode[];
  readonly peakRssBytes: number;
  /** Milliseconds of layers by each of their forms, where they are timed. */
  readonly forms: TunedChoices;
}

// Run by bench/threads.ts. A `ThreadTrial` is the only argument; the answer is one line of JSON.
const { threads, variant, steps, warmup, isProfiled }: ThreadTrial = JSON.parse(process.argv[2]);
const startMs = [performance.now()];
const { isTimed, batch, ...settings } = settingsOf(variant, threads);
const tunedChoices = isTimed ? new TunedChoicesFile() : undefined;
const device = new CpuDevice('cpu', { ...settings, profiling: isProfiled, tunedChoices });
const opt = parseTrainOptions(['--dataroot', '.', '--device', 'cpu', '--batch_size', `${batch}`]);
const model = await createModel(opt, device);
startMs.push(performance.now());
await model.setup(opt, { print: () => {} });
startMs.push(performance.now());
const images = syntheticBatch(opt, model.graph.inputs);
model.setInput(images);
await model.optimizeParameters();
startMs.push(performance.now());
const stepMs = await time(() => model.optimizeParameters(), steps, warmup - 1);
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
const forwardMs = isProfiled ? [] : await time(() => model.translate(images.A), steps, warmup);
await model.dispose(); // ends the profiles
const { nodes, updates } = await device.profile();
const mean = (values: readonly number[]) => values.slice(warmup).reduce((sum, x) => sum + x, 0) / steps;
const profiled: ProfiledNode[] = [
  ...nodes.map(({ name, operator, milliseconds }) => ({ name, operator, milliseconds: mean(milliseconds) })),
  ...[...updates].map(([name, milliseconds]) => ({
    ...{ name: `Adam of ${name}`, operator: 'Adam', milliseconds: mean(milliseconds) },
  })),
];
const forms = (await tunedChoices?.read(device.fingerprint)) ?? {};
const result: ThreadTimes = { startMs, stepMs, forwardMs, nodes: profiled, peakRssBytes, forms };
console.log(JSON.stringify(result));
await device.dispose();
