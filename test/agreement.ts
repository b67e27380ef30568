/** Runs our training step from a recorded run's weights and images, and compares everything that was recorded. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { readSafetensors } from '../src/checkpoints/safetensors.js';
import type { Images } from '../src/data/batch/floatImages.js';
import type { State } from '../src/engine/ir/state.js';
import { Executable, type RunInputs } from '../src/engine/runtime/executable.js';
import { createModel } from '../src/training/createModel.js';
import { averagesOf } from '../src/training/model/averagedNetworks.js';
import type { Model } from '../src/training/model/model.js';
import { parseTrainOptions } from '../src/training/options.js';
import { maxDifference, relativeError } from './assertClose.js';

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

export async function compareWithRun(run: RecordedRun): Promise<Deviations> {
  const opt = parseTrainOptions(argumentsOf(run.options), { onNotice: () => {} });
  const model = await createModel(opt);
  try {
    await model.setup(opt, { print: () => {} });
    loadWeights(model, run);
    for (const { optimiser } of averagesOf(model)) optimiser.startAverage();
    choosePooled(model, run);
    const sides = (step: number) => {
      const A = images(run, `step${step}.A`);
      return { A, B: run.tensors.has(`step${step}.B`) ? images(run, `step${step}.B`) : A };
    };
    const worst = { fakeB: 0, losses: 0, gradients: 0, zeroGradients: 0 };
    for (const [step, losses] of run.losses.entries()) {
      const restore = giveMasks({ ...recordedMasks(run, step), ...recordedNoise(run, step) });
      model.setInput(sides(step));
      await model.optimizeParameters();
      restore();
      const found = model.getCurrentLosses();
      assert.deepEqual(Object.keys(found).sort(), Object.keys(losses).sort());
      for (const [name, loss] of Object.entries(losses)) {
        worst.losses = Math.max(worst.losses, Math.abs(found[name] - loss) / (Math.abs(loss) || 1));
      }
      for (const [name, { data }] of Object.entries(model.getCurrentVisuals())) {
        const expected = run.tensors.get(`step${step}.${name}`);
        if (expected) worst.fakeB = Math.max(worst.fakeB, differenceOf(data, expected));
      }
      if (step === 0) Object.assign(worst, gradientDeviations(model, run));
    }
    return { ...worst, ...stateDeviations(model, run), evaluation: await evaluationDeviation(model, run) };
  } finally {
    await model.dispose();
  }
}

/** From here on programs run with these masks in place of those that the model draws; returns the way back. */
function giveMasks(masks: Record<string, Float32Array>): () => void {
  const run = Executable.prototype.run;
  const replaced = mock.method(Executable.prototype, 'run', function (this: Executable, inputs: RunInputs) {
    return run.call(this, { ...inputs, tensors: { ...inputs.tensors, ...masks } });
  });
  return () => replaced.mock.restore();
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

function loadWeights(model: Model, { tensors }: RecordedRun): void {
  for (const [name, state] of statesOf(model)) {
    const initial = tensors.get(`init.${name}`);
    if (state.type.dtype === 'f32') model.store.floats(state).set(initial!.data as Float32Array);
  }
}

function gradientDeviations(model: Model, { tensors, zeroGradients }: RecordedRun) {
  const worst = { gradients: 0, zeroGradients: 0 };
  let compared = 0;
  for (const [name, state] of statesOf(model)) {
    const expected = tensors.get(`step0.grad.${name}`);
    if (expected === undefined) continue; // the reference run holds the generator's alone
    const found = model.optimisers.get(name[0])!.memory.of(state, 'gradient');
    const data = expected.data as Float32Array;
    if (zeroGradients.has(name))
      worst.zeroGradients = Math.max(worst.zeroGradients, maxDifference(found, data));
    else worst.gradients = Math.max(worst.gradients, relativeError(found, data));
    compared++;
  }
  assert.equal(compared, [...tensors.keys()].filter((name) => name.startsWith('step0.grad.')).length);
  return worst;
}

function stateDeviations(model: Model, { tensors, zeroGradients }: RecordedRun) {
  const worst = { parameters: 0, zeroGradientParameters: 0, runningStatistics: 0 };
  let [close, total] = [0, 0];
  for (const [name, state] of statesOf(model)) {
    const expected = tensors.get(`final.${name}`)!;
    if (state.role === 'counter') {
      assert.deepEqual(model.store.counter(state), expected.data, name);
      continue;
    }
    const found = model.store.floats(state);
    const difference = differenceOf(found, expected);
    const average = tensors.get(`final.${name.replace('.', '_ema.')}`);
    if (average !== undefined && !zeroGradients.has(name)) {
      const ours = model.optimisers.get(name[0])!.memory.of(state, 'average');
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
