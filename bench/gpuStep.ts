import { scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { GUARANTEED } from '../src/engine/devices/webgpu/shaders/tiles.js';
import { type Costs, costsOf } from '../src/engine/loops/costs.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';
import type { Device } from '../src/engine/runtime/device.js';
import type { NodeTime } from '../src/engine/runtime/profile.js';
import { buildModel } from '../src/models/buildModel.js';
import type { ModelOptions } from '../src/models/definition.js';
import { findModel } from '../src/models/registry.js';
import { stepOf } from '../src/models/stepDefinition.js';
import type { TrainOptions } from '../src/options/trainOptions.js';
import { readGpus } from '../src/records/writing/hardware/readGpus.js';
import { openChosenDevice } from '../src/training/chosenDevice.js';
import { createModel } from '../src/training/createModel.js';
import { fitMemory, stepSize } from '../src/training/model/fitMemory.js';
import type { Model } from '../src/training/model/model.js';
import { parseTrainOptions } from '../src/training/options.js';
import { syntheticBatch } from '../src/training/profiling/syntheticBatch.js';
import { median } from './measure.js';

/** The networks and images of a step. */
export interface StepSizes {
  readonly size: number;
  readonly ngf: number;
  readonly ndf: number;
}

export type Precision = TrainOptions['precision'];

/** How often it is timed. */
export interface Repetitions {
  /** Steps in a row, none of which is waited for. */
  readonly steps: number;
  /** Such rows; their median counts. */
  readonly rounds: number;
}

/** What a training step on the GPU takes. */
export interface GpuStep {
  readonly precision: Precision;
  readonly batch: number;
  /** Milliseconds of a step, of each row. */
  readonly rows: readonly number[];
  readonly milliseconds: number;
  /** The first step, with all that is compiled for it. */
  readonly firstMilliseconds: number;
  readonly memory: {
    /** All buffers of ours. */
    readonly buffers: number;
    /** As `--dry_run` predicts it. */
    readonly predicted: number;
    /** By which the GPU's whole use grew, where the system tells it. */
    readonly system?: number;
  };
}

/** The U-Nets by the side of their images. */
const NETWORKS: Readonly<Record<number, string>> = {
  32: 'unet_32',
  64: 'unet_64',
  128: 'unet_128',
  256: 'unet_256',
};
/** Steps before those that count. */
const WARMUP = 3;

/** The options of a step of these sizes; all else is as by default. */
export function optionsOf(
  { size, ngf, ndf }: StepSizes,
  batch: number,
  gpu?: string,
  precision: Precision = 'f32',
): TrainOptions {
  const netG = NETWORKS[size];
  if (netG === undefined) throw new Error(`--size is one of ${Object.keys(NETWORKS).join(', ')}`);
  const sizes = { netG, ngf, ndf, crop_size: size, load_size: size, batch_size: batch, precision };
  const argv = Object.entries(sizes).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  return parseTrainOptions(['--dataroot', '.', ...argv, ...(gpu ? ['--gpu', gpu] : ['--device', 'webgpu'])]);
}

/** Times steps in a row: the next is submitted before the last is done, as in a training that asks for no loss. */
export async function timeGpuSteps(opt: TrainOptions, { steps, rounds }: Repetitions): Promise<GpuStep> {
  const before = await usedMemory();
  const device = await openChosenDevice(opt);
  try {
    const { model, firstMilliseconds } = await startedModel(opt, device);
    const rows: number[] = [];
    for (let round = 0; round < rounds; round++) rows.push(await timeRow(model, opt, steps));
    const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
    const buffers = device.allocatedBytes ?? 0;
    const predicted = fitMemory(graph, opt, stepSize(opt)!, device.memory).needs.total;
    const after = await usedMemory();
    const system = before === undefined || after === undefined ? {} : { system: after - before };
    await model.dispose();
    const memory = { buffers, predicted, ...system };
    return {
      precision: opt.precision,
      batch: opt.batchSize,
      rows,
      milliseconds: median(rows),
      firstMilliseconds,
      memory,
    };
  } finally {
    await device.dispose();
  }
}

async function startedModel(opt: TrainOptions, device: Device) {
  const model = await createModel(opt, device);
  await model.setup(opt, { print: () => {}, isStepNext: true });
  const firstMilliseconds = await timeRow(model, opt, 1);
  await timeRow(model, opt, WARMUP);
  return { model, firstMilliseconds };
}

async function timeRow(model: Model, opt: TrainOptions, steps: number): Promise<number> {
  const batch = syntheticBatch(opt, model.graph.inputs);
  const started = performance.now();
  for (let i = 0; i < steps; i++) {
    model.setInput(batch);
    await model.optimizeParameters();
  }
  await model.getCurrentLosses(); // the GPU has computed all steps by then
  return (performance.now() - started) / steps;
}

/** The kernels of a step, each with its time by the GPU's own clock, the slowest first; optimisers are among them. */
export async function timeKernels(opt: TrainOptions, steps: number): Promise<readonly NodeTime[]> {
  const device = await openChosenDevice(opt, { profiling: true });
  try {
    const { model } = await startedModel(opt, device);
    await timeRow(model, opt, steps);
    await model.dispose(); // ends the profile
    const { nodes, updates } = await device.profile();
    const adam = [...updates].map(([name, milliseconds]) => ({ name, operator: 'Adam', milliseconds }));
    const counted = [...nodes, ...adam].map(({ milliseconds, ...node }) => {
      return { ...node, milliseconds: milliseconds.slice(-steps) };
    });
    return counted.sort((a, b) => median(b.milliseconds) - median(a.milliseconds));
  } finally {
    await device.dispose();
  }
}

/** What a step of these options costs, known before anything is run. */
export function staticCosts(opt: TrainOptions): Costs {
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const options = scheduleOptions({ workgroup: GUARANTEED });
  return costsOf(scheduleOf(stepOf(graph).program(stepSize(opt)!), options).tasks);
}

/** Of all GPUs together, by all processes; undefined where the system does not tell. */
async function usedMemory(): Promise<number | undefined> {
  const used = (await readGpus()).flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return used.length === 0 ? undefined : used.reduce((sum, bytes) => sum + bytes, 0);
}
