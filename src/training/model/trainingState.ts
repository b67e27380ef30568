import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { NamedSources, TensorSource } from '../../checkpoints/format/dtype.js';
import { requireUsableWeights } from '../../checkpoints/format/finite.js';
import type { TensorFile } from '../../checkpoints/format/tensorFile.js';
import { METRIC_NAMES } from '../../data/metrics/metrics.js';
import type { State } from '../../engine/ir/state.js';
import { elementCount } from '../../engine/ir/tensorType.js';
import type { Device } from '../../engine/runtime/device.js';
import type { Optimiser, OptimiserQuantity } from '../../engine/runtime/optimiser.js';
import type { DecidedAlgorithms } from '../../engine/runtime/tunedChoices.js';
import { type Module, parametersOf } from '../../models/layers/module.js';
import type { BestValidation } from '../validation/bestValidation.js';
import type { SavedModel } from './savedModel.js';
import type { Place, SavedProgress } from './savedProgress.js';

/** A network's tensors for a checkpoint, downloaded when it is their turn. */
export function networkTensors({ states }: Module, device: Pick<Device, 'download'>): NamedSources {
  return new Map(
    states.map((state): [string, TensorSource] => {
      const { shape, dtype } = state.type;
      const read = () => device.download(state);
      return [state.name, { dtype: dtype === 'i64' ? 'I64' : 'F32', shape, read }];
    }),
  );
}

/** Fills a network from a file whose tensors have been compared with it. */
export async function loadTensors(
  { states }: Module,
  file: TensorFile,
  device: Pick<Device, 'upload'>,
): Promise<void> {
  for (const state of states) {
    if (state.type.dtype === 'i64') {
      const counter = new BigInt64Array(1);
      file.readInto(state.name, counter);
      await device.upload(state, counter);
    } else {
      const weights = readFloats(file, state.name, state);
      requireUsableWeights(weights, state.name, file.path);
      await device.upload(state, weights);
    }
  }
}

/** As many floats of a file as a state has. @throws Pix2PixError when the file has no such tensor */
export function readFloats(file: TensorFile, name: string, { type }: State): Float32Array {
  const data = new Float32Array(elementCount(type.shape));
  file.readInto(name, data);
  return data;
}

/**
 * Adam's moments under PyTorch's names for them: `G.exp_avg.model.model.0.weight`, `G.exp_avg_sq....`; where an optimiser
 * has several networks, with the network's name: `G.exp_avg.G_A.model...`.
 */
export function optimiserTensors(model: SavedModel): NamedSources {
  const tensors = new Map<string, TensorSource>();
  for (const { name, optimiser, state, quantity } of moments(model)) {
    const read = () => optimiser.download(state, quantity);
    tensors.set(name, { dtype: 'F32', shape: state.type.shape, read });
  }
  return tensors;
}

/** Fills Adam's moments. Throws Pix2PixError when the file lacks one. */
export async function loadOptimisers(model: SavedModel, file: TensorFile): Promise<void> {
  for (const { name, optimiser, state, quantity } of moments(model)) {
    await optimiser.upload(state, quantity, readFloats(file, name, state));
  }
}

/** One moment of one parameter. */
interface Moment {
  readonly name: string;
  readonly optimiser: Optimiser;
  readonly state: State;
  readonly quantity: OptimiserQuantity;
}

function* moments(model: SavedModel): Generator<Moment> {
  const all = model.usedNetworks();
  for (const { name: optimiserName, optimiser, networks } of model.trained) {
    for (const network of networks) {
      const prefix = networks.length === 1 ? '' : `${network}.`;
      for (const state of parametersOf(all[network])) {
        const name = `${prefix}${state.name}`;
        yield { name: `${optimiserName}.exp_avg.${name}`, optimiser, state, quantity: 'firstMoment' };
        yield { name: `${optimiserName}.exp_avg_sq.${name}`, optimiser, state, quantity: 'secondMoment' };
      }
    }
  }
}

/** The images that pools keep: `pool.pooled_A.0`. */
export function poolTensors({ pools }: SavedModel): NamedSources {
  const tensors = new Map<string, TensorSource>();
  for (const [name, { images }] of pools) {
    for (const [i, { data, shape }] of images.entries())
      tensors.set(`pool.${name}.${i}`, { dtype: 'F32', shape, read: async () => data });
  }
  return tensors;
}

/** Fills the pools with what `poolTensors` gave. A pool that has become smaller keeps the first. */
export function loadPools({ pools }: SavedModel, file: TensorFile): void {
  for (const [name, pool] of pools) {
    for (let i = 0; i < pool.size; i++) {
      const stored = file.tensors.get(`pool.${name}.${i}`);
      if (stored === undefined) break;
      const [n, c, h, w] = stored.shape;
      const data = new Float32Array(n * c * h * w);
      file.readInto(`pool.${name}.${i}`, data);
      pool.images[i] = { data, shape: [n, c, h, w] };
    }
  }
}

/** The counters of a model, and the place from which it goes on. */
export async function progressOf(
  model: SavedModel,
  { epoch, batchIndex, batchSize }: Place,
  best?: BestValidation,
): Promise<SavedProgress> {
  const { totalIters, steps, epochLoss, schedule, trained, device } = model;
  return {
    version: 1,
    place: { epoch, batchIndex, ...(batchSize !== undefined && { batchSize }) },
    ...(best !== undefined && { best }),
    totalIters,
    steps,
    epochLoss: await epochLoss.soFar(),
    losses: await model.getCurrentLosses(),
    schedule: { ...schedule.state },
    updates: Object.fromEntries(trained.map(({ name, optimiser }) => [name, optimiser.updates])),
    ...(await lossScalingOf(trained)),
    decided: device.decided,
  };
}

async function lossScalingOf(trained: SavedModel['trained']): Promise<Pick<SavedProgress, 'lossScaling'>> {
  const scaled = trained.filter(({ optimiser }) => optimiser.lossScaling !== undefined);
  if (scaled.length === 0) return {};
  const read = scaled.map(
    async ({ name, optimiser }) => [name, await optimiser.lossScaling!.read()] as const,
  );
  return { lossScaling: Object.fromEntries(await Promise.all(read)) };
}

/** Sets a model's counters from what `progressOf` gave. */
export async function restoreProgress(model: SavedModel, progress: SavedProgress): Promise<void> {
  model.totalIters = progress.totalIters;
  model.steps = progress.steps;
  model.epochLoss.restart(progress.epochLoss);
  model.restoreLosses(progress.losses ?? {});
  model.schedule.restore(progress.schedule);
  if (progress.decided !== undefined) model.device.restoreDecided(progress.decided);
  for (const { name, optimiser } of model.trained) {
    const scaling = progress.lossScaling?.[name];
    const isMixed = optimiser.lossScaling !== undefined;
    // In 32 bits updates that were left out do not count.
    optimiser.updates = progress.updates[name] - (isMixed ? 0 : (scaling?.skipped ?? 0));
    if (scaling !== undefined) await optimiser.lossScaling?.write(scaling);
  }
}

/**
 * Reads the counters of a checkpoint.
 * @param optimisers those whose updates must be among them
 * @throws Pix2PixError when they are of a version that is not known here, or one of them is missing or no number
 */
export function parseProgress(json: unknown, optimisers: readonly string[]): SavedProgress {
  const { bestL1, ...progress } = (json ?? {}) as SavedProgress & { readonly bestL1?: number };
  if (progress.version !== 1) {
    throw new Pix2PixError(
      'the training state of the checkpoint is of another version',
      { found: String(progress.version), known: 1 },
      'continue with the version of pix2pix-ts that wrote it',
    );
  }
  const { place, epochLoss, schedule, updates } = progress;
  const best = progress.best ?? bestByL1(bestL1);
  const wholeNumbers = {
    epoch: place?.epoch,
    batchIndex: place?.batchIndex,
    batchSize: place?.batchSize ?? 1,
    totalIters: progress.totalIters,
    steps: progress.steps,
    'epochLoss.count': epochLoss?.count,
    'schedule.firstEpoch': schedule?.firstEpoch,
    'schedule.epochs': schedule?.epochs,
    'schedule.badEpochs': schedule?.badEpochs,
    ...(best && { 'best.epoch': best.epoch, 'best.since': best.since }),
    ...Object.fromEntries(optimisers.map((name) => [`updates.${name}`, updates?.[name]])),
  };
  for (const [name, value] of Object.entries(wholeNumbers)) {
    if (!Number.isSafeInteger(value) || value < 0) throw notSound(name, value);
  }
  const numbers = {
    sum: epochLoss.sum,
    rate: schedule.rate,
    best: schedule.best,
    ...(best && { 'best.value': best.value }),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value !== 'number' || Number.isNaN(value)) throw notSound(name, value);
  }
  if (best !== undefined && !METRIC_NAMES.includes(best.metric)) throw notSound('best.metric', best.metric);
  if (progress.lossScaling !== undefined) requireScaling(progress.lossScaling, updates, optimisers);
  if (progress.decided !== undefined) requireDecided(progress.decided);
  return best === undefined ? progress : { ...progress, best };
}

/** Checkpoints of earlier versions know the smallest L1 alone, Infinity before the first validation. */
function bestByL1(bestL1: number | undefined): BestValidation | undefined {
  if (bestL1 === undefined || bestL1 === Number.POSITIVE_INFINITY) return undefined;
  return { metric: 'L1', value: bestL1, epoch: 0, since: 0 };
}

/** Updates count those that were left out, of which there cannot be more. */
function requireScaling(
  scalings: unknown,
  updates: SavedProgress['updates'],
  optimisers: readonly string[],
): void {
  const all = requireRecord('lossScaling', scalings);
  for (const optimiser of optimisers) {
    const name = `lossScaling.${optimiser}`;
    const { scale, goodSteps, skipped } = requireRecord(name, all[optimiser]);
    const held = Math.fround(scale as number);
    if (typeof scale !== 'number' || !(held > 0 && Number.isFinite(held))) {
      throw notSound(`${name}.scale`, scale);
    }
    for (const [counter, value] of Object.entries({ goodSteps, skipped })) {
      if (!Number.isSafeInteger(value) || (value as number) < 0) throw notSound(`${name}.${counter}`, value);
    }
    if ((skipped as number) > updates[optimiser]) throw notSound(`${name}.skipped`, skipped);
  }
}

function requireDecided(decided: DecidedAlgorithms): void {
  const { fingerprint, algorithms } = decided ?? {};
  if (typeof fingerprint !== 'string') throw notSound('decided.fingerprint', fingerprint);
  for (const name of Object.values(requireRecord('decided.algorithms', algorithms))) {
    if (typeof name !== 'string') throw notSound('decided.algorithms', name);
  }
}

function requireRecord(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notSound(name, value);
  return value as Record<string, unknown>;
}

function notSound(name: string, value: unknown): Pix2PixError {
  return new Pix2PixError(
    'the training state of the checkpoint is not sound',
    { [name]: String(value) },
    'continue from another checkpoint with --epoch',
  );
}
