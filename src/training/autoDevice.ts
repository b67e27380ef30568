import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { DeviceName } from '../engine/devices/registry.js';
import { findHardwareGpu, type HardwareGpu } from '../engine/devices/webgpu/findHardwareGpu.js';
import type { Device } from '../engine/runtime/device.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { openChosenDevice } from './chosenDevice.js';
import { createModel } from './createModel.js';
import { syntheticBatch } from './profiling/syntheticBatch.js';

/** Steps that are timed, at most. */
const STEPS = 3;
/** Milliseconds after which one is enough. */
const PATIENCE = 4000;

/** What `--device auto` measures with; tests put other devices and another clock in its place. */
export interface DeviceTrial {
  findGpu(): Promise<HardwareGpu>;
  open(opt: TrainOptions): Promise<Device>;
  /** Milliseconds. */
  now(): number;
}

const TRIAL: DeviceTrial = {
  findGpu: findHardwareGpu,
  open: openChosenDevice,
  now: () => performance.now(),
};

/**
 * The options with what `--device auto` comes to for a run that begins: the device on which its own step is faster. Where
 * there is no GPU but a renderer in software, or none that can be used, that is the processor, and nothing is timed; nor in
 * mixed precision, which GPUs alone have.
 *
 * @param say told which and why in a line, where there was a choice, or where a GPU cannot be used
 * @throws Pix2PixError when no device can make a step
 */
export async function decideDevice<T extends TrainOptions>(
  opt: T,
  say: (text: string) => void,
  trial: DeviceTrial = TRIAL,
): Promise<T> {
  if (opt.device !== 'auto') return opt;
  const on = (device: DeviceName): T => ({ ...opt, device });
  const { adapter, notice } = await trial.findGpu();
  if (adapter === undefined) {
    if (notice !== undefined) say(`training on the CPU: ${notice}`);
    return on('cpu');
  }
  if (opt.precision === 'mixed') {
    say(`training on the GPU ${adapter.name}: the CPU has no --precision mixed`);
    return on('webgpu');
  }
  const gpu = await timed(on('webgpu'), say, trial);
  const cpu = await timed(on('cpu'), say, trial);
  if (gpu.failure !== undefined && cpu.failure !== undefined) throw cpu.failure;
  const isGpu = cpu.failure !== undefined || gpu.milliseconds < cpu.milliseconds;
  const [gpuName, chosen] = [`the GPU ${adapter.name}`, isGpu ? 'webgpu' : 'cpu'] as const;
  const sides = isGpu ? [inWords(gpu), 'the CPU', inWords(cpu)] : [inWords(cpu), gpuName, inWords(gpu)];
  say(
    `training on ${isGpu ? gpuName : 'the CPU'}: ${sides[0]} there, on ${sides[1]} ${sides[2]} ` +
      `(--device ${isGpu ? 'cpu' : 'webgpu'} chooses otherwise)`,
  );
  return on(chosen);
}

/** The time of a step, or why there is none. */
interface Timing {
  readonly milliseconds: number;
  readonly failure?: Error;
}

/** A step's time by the run's own networks and sizes; weights stay zero, which takes as long as any others. */
async function timed(
  opt: TrainOptions,
  say: (text: string) => void,
  { open, now }: DeviceTrial,
): Promise<Timing> {
  let device: Device | undefined;
  try {
    device = await open(opt);
    return { milliseconds: await stepMilliseconds(opt, device, say, now) };
  } catch (error) {
    // Whatever a GPU's driver throws, there is still the processor; of that, what is no error of the options is a defect.
    const isExpected = error instanceof Pix2PixError || opt.device !== 'cpu';
    if (!isExpected) throw error;
    return { milliseconds: Number.POSITIVE_INFINITY, failure: error as Error };
  } finally {
    await device?.dispose();
  }
}

async function stepMilliseconds(
  opt: TrainOptions,
  device: Device,
  print: (text: string) => void,
  now: () => number,
): Promise<number> {
  const model = await createModel(opt, device, { print });
  try {
    const batch = syntheticBatch(opt, model.graph.inputs);
    const step = async () => {
      const started = now();
      model.setInput(batch);
      await model.optimizeParameters();
      await model.getCurrentLosses(); // a device may still be computing until then
      return now() - started;
    };
    const began = now();
    await step(); // compiles
    const times = [await step()];
    while (times.length < STEPS && now() - began < PATIENCE) times.push(await step());
    return Math.min(...times);
  } finally {
    await model.dispose();
  }
}

function inWords({ milliseconds, failure }: Timing): string {
  if (failure !== undefined) return `none (${failure.message.split('\n')[0]})`;
  return `a step takes ${milliseconds < 20 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
}
