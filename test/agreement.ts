/** Runs our training step from a recorded run's weights and images, and compares everything that was recorded. */
import assert from 'node:assert/strict';
import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { readSafetensors } from '../src/checkpoints/safetensors.js';
import type { Images } from '../src/data/batch/floatImages.js';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import type { State } from '../src/engine/ir/state.js';
import { type Device, downloadFloats } from '../src/engine/runtime/device.js';
import { openChosenDevice } from '../src/training/chosenDevice.js';
import { createModel } from '../src/training/createModel.js';
import { startAverages } from '../src/training/model/averagedNetworks.js';
import type { Model } from '../src/training/model/model.js';
import { parseTrainOptions } from '../src/training/options.js';
import { maxDifference, relativeError } from './assertClose.js';
import type { TestDeviceName } from './devices.js';
import { overriding } from './observedDevice.js';

/** A run of the reference implementation, or of the PyTorch networks in bench/python (test/fixtures/README.md). */
export interface RecordedRun {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Parameters whose gradient is rounding noise, as `G.<name>`: biases that an instance norm subtracts again. */
  readonly zeroGradients: ReadonlySet<string>;
  /** Of a model with pools of one image: whether the kept one is shown instead of the fake A, the fake B, by step. */
  readonly exchanges?: readonly (readonly [boolean, boolean])[];
}

export function readRun(path: string): RecordedRun {
  const { tensors, metadata } = readSafetensors(path);
  const json = (key: string, otherwise = 'null') => JSON.parse(metadata.get(key) ?? otherwise);
  const zeroGradients = new Set<string>(json('zero_gradients', '[]'));
  const exchanges = json('exchanges') ?? undefined;
  return { tensors, options: json('options'), losses: json('losses'), zeroGradients, exchanges };
}

/** How far our run and the recorded one are apart, each figure at its worst. */
export interface Deviations {
  readonly fakeB: number;
  /** Relative. */
  readonly losses: number;
  /** ‖ours - theirs‖ / ‖theirs‖ of a gradient tensor. */
  readonly gradients: number;
  readonly zeroGradients: number;
  /** Share of the parameters within 1e-5. */
  readonly parametersClose: number;
  readonly parameters: number;
  readonly zeroGradientParameters: number;
  readonly runningStatistics: number;
  readonly evaluation: number;
}

/** In the recorded options but no flags of pix2pix. */
const FOREIGN = ['lambda_A', 'lambda_B', 'lambda_identity', 'num_downs'];

function argumentsOf(options: RecordedRun['options']): string[] {
  const foreign = options.model === 'cycle_gan' ? [] : FOREIGN;
  const flags = Object.entries(options).filter(([name, value]) => !foreign.includes(name) && value !== false);
  const given = flags.flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, `${value}`],
  );
  return ['--dataroot', 'unused', '--name', 'agreement', ...given];
}

export async function compareWithRun(run: RecordedRun, deviceName: TestDeviceName): Promise<Deviations> {
  const isChoice = deviceName !== 'interpreter';
  const argv = [...argumentsOf(run.options), ...(isChoice ? ['--device', deviceName] : [])];
  const opt = parseTrainOptions(argv, { onNotice: () => {} });
  const device = isChoice ? await openChosenDevice(opt) : new InterpreterDevice();
  const given = { tensors: {} };
  const model = await createModel(opt, withTensors(device, given));
  try {
    await model.setup(opt, { print: () => {} });
    await loadWeights(model, run);
    await startAverages(model.trained);
    choosePooled(model, run);
    const sides = (step: number) => {
      const A = images(run, `step${step}.A`);
      return { A, B: run.tensors.has(`step${step}.B`) ? images(run, `step${step}.B`) : A };
    };
    const worst = { fakeB: 0, losses: 0, gradients: 0, zeroGradients: 0 };
    for (const [step, losses] of run.losses.entries()) {
      given.tensors = { ...recordedMasks(run, step), ...recordedNoise(run, step) };
      model.setInput(sides(step));
      await model.optimizeParameters();
      given.tensors = {};
      const found = await model.getCurrentLosses();
      assert.deepEqual(Object.keys(found).sort(), Object.keys(losses).sort());
      for (const [name, loss] of Object.entries(losses)) {
        worst.losses = Math.max(worst.losses, Math.abs(found[name] - loss) / (Math.abs(loss) || 1));
      }
      for (const [name, { data }] of Object.entries(await model.getCurrentVisuals())) {
        const expected = run.tensors.get(`step${step}.${name}`);
        if (expected) worst.fakeB = Math.max(worst.fakeB, differenceOf(data, expected));
      }
      if (step === 0) Object.assign(worst, await gradientDeviations(model, run));
    }
    return {
      ...worst,
      ...(await stateDeviations(model, run)),
      evaluation: await evaluationDeviation(model, run),
    };
  } finally {
    await model.dispose();
    await device.dispose();
  }
}

/** A device whose programs run with these tensors in place of the masks and the noise that they would draw. */
function withTensors(device: Device, given: { tensors: Record<string, Float32Array> }): Device {
  const compile: Device['compile'] = async (program, options) => {
    const executable = await device.compile(program, options);
    return {
      program,
      run: (inputs) => executable.run({ ...inputs, tensors: { ...inputs.tensors, ...given.tensors } }),
      dispose: () => executable.dispose(),
    };
  };
  return overriding(device, { compile });
}

/** The recorded masks under the names of our inputs: the forward pass meets the deepest block first. */
function recordedMasks({ tensors }: RecordedRun, step: number): Record<string, Float32Array> {
  const names = [...tensors.keys()].filter((name) => name.startsWith(`step${step}.mask.`));
  names.sort((a, b) => b.length - a.length);
  const scaled = (name: string) =>
    Float32Array.from(tensors.get(name)!.data as Uint8Array, (keeps) => 2 * keeps);
  return Object.fromEntries(names.map((name, i) => [`dropout.${i}`, scaled(name)]));
}

/** How much of each point between real and fake is real, for the gradient penalty; what images are made of. */
function recordedNoise({ tensors }: RecordedRun, step: number): Record<string, Float32Array> {
  const noise = tensors.get(`step${step}.alpha`) ?? tensors.get(`step${step}.noise`);
  return noise === undefined ? {} : { 'noise.0': noise.data as Float32Array };
}

/** Makes the pools choose as they did in the recorded run. */
function choosePooled({ pools }: Model, { exchanges }: RecordedRun): void {
  for (const [name, pool] of pools) {
    pool.chance = (step) => ({ exchange: exchanges![step][name === 'pooled_A' ? 0 : 1], index: 0 });
  }
}

function images({ tensors }: RecordedRun, name: string): Images {
  const { data, shape } = tensors.get(name)!;
  return { data, shape } as unknown as Images;
}

/** Every state of every network with the name that it has in the recorded run: `G.model.model.0.weight`. */
function statesOf(model: Model): [string, State][] {
  return Object.entries(model.networks).flatMap(([network, { states }]) =>
    states.map((state): [string, State] => [`${network}.${state.name}`, state]),
  );
}

async function loadWeights(model: Model, { tensors }: RecordedRun): Promise<void> {
  for (const [name, state] of statesOf(model)) {
    const initial = tensors.get(`init.${name}`);
    if (state.type.dtype === 'f32') await model.device.upload(state, initial!.data as Float32Array);
  }
}

async function gradientDeviations(model: Model, { tensors, zeroGradients }: RecordedRun) {
  const worst = { gradients: 0, zeroGradients: 0 };
  let compared = 0;
  for (const [name, state] of statesOf(model)) {
    const expected = tensors.get(`step0.grad.${name}`);
    if (expected === undefined) continue; // the reference run holds the generator's alone
    const found = await model.optimisers.get(name[0])!.download(state, 'gradient');
    const data = expected.data as Float32Array;
    if (zeroGradients.has(name))
      worst.zeroGradients = Math.max(worst.zeroGradients, maxDifference(found, data));
    else worst.gradients = Math.max(worst.gradients, relativeError(found, data));
    compared++;
  }
  assert.equal(compared, [...tensors.keys()].filter((name) => name.startsWith('step0.grad.')).length);
  return worst;
}

async function stateDeviations(model: Model, { tensors, zeroGradients }: RecordedRun) {
  const worst = { parameters: 0, zeroGradientParameters: 0, runningStatistics: 0 };
  let [close, total] = [0, 0];
  for (const [name, state] of statesOf(model)) {
    const expected = tensors.get(`final.${name}`)!;
    if (state.role === 'counter') {
      assert.deepEqual(await model.device.download(state), expected.data, name);
      continue;
    }
    const found = await downloadFloats(model.device, state);
    const difference = differenceOf(found, expected);
    const average = tensors.get(`final.${name.replace('.', '_ema.')}`);
    if (average !== undefined && !zeroGradients.has(name)) {
      const ours = await model.optimisers.get(name[0])!.download(state, 'average');
      worst.parameters = Math.max(worst.parameters, differenceOf(ours, average));
    }
    if (state.role === 'buffer') worst.runningStatistics = Math.max(worst.runningStatistics, difference);
    else if (zeroGradients.has(name)) {
      worst.zeroGradientParameters = Math.max(worst.zeroGradientParameters, difference);
    } else {
      const data = expected.data as Float32Array;
      close += found.filter((element, i) => Math.abs(element - data[i]) <= 1e-5).length;
      total += found.length;
      worst.parameters = Math.max(worst.parameters, difference);
    }
  }
  return { ...worst, parametersClose: close / total };
}

async function evaluationDeviation(model: Model, run: RecordedRun): Promise<number> {
  if (!run.tensors.has('eval.A')) return 0;
  const { data } = await model.translate(images(run, 'eval.A'), { evaluate: true });
  return differenceOf(data, run.tensors.get('eval.fake_B')!);
}

function differenceOf(found: Float32Array, expected: StoredTensor): number {
  return maxDifference(found, expected.data as Float32Array);
}
