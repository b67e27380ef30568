import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { NamedTensors, StoredTensor } from '../../checkpoints/format/dtype.js';
import type { SafetensorsFile } from '../../checkpoints/safetensors.js';
import type { StateStore } from '../../engine/runtime/stateStore.js';
import { type Module, parametersOf } from '../../models/layers/module.js';
import type { Model } from '../model/model.js';
import type { ScheduleState } from '../model/schedule.js';

/** Where in the data training goes on; a `Dataset` knows it. */
export interface Place {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** How many of its batches have been used. All of them: the epoch has yet to be ended, by its validation and so on. */
  readonly batchIndex: number;
}

/** The part of a training state that is no tensor. */
export interface SavedProgress {
  readonly version: 1;
  readonly place: Place;
  /** The smallest validation L1 so far; Infinity before the first. */
  readonly bestL1: number;
  /** Images seen in all, as the reference counts iterations, and optimiser steps made. */
  readonly totalIters: number;
  readonly steps: number;
  /** The loss that plateau watches where nothing is validated: sum and count over the epoch so far. */
  readonly epochLoss: { readonly sum: number; readonly count: number };
  /** The last losses, for those that a step does not compute anew; checkpoints of earlier versions have none. */
  readonly losses?: Readonly<Record<string, number>>;
  readonly schedule: ScheduleState;
  /** By optimiser: updates made. */
  readonly updates: Readonly<Record<string, number>>;
}

/** A network's tensors for a checkpoint: views of the model's own memory. */
export function networkTensors({ states }: Module, store: StateStore): NamedTensors {
  return new Map(
    states.map((state): [string, StoredTensor] => {
      const shape = [...state.type.shape];
      return state.type.dtype === 'i64'
        ? [state.name, { dtype: 'I64', shape, data: store.counter(state) }]
        : [state.name, { dtype: 'F32', shape, data: store.floats(state) }];
    }),
  );
}

/**
 * Adam's moments under PyTorch's names for them: `G.exp_avg.model.model.0.weight`, `G.exp_avg_sq....`; where an optimiser
 * has several networks, with the network's name: `G.exp_avg.G_A.model...`.
 */
export function optimiserTensors(model: Model): NamedTensors {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, data, shape] of moments(model)) tensors.set(name, { dtype: 'F32', shape, data });
  return tensors;
}

/** Fills Adam's moments. Throws Pix2PixError when the file lacks one. */
export function loadOptimisers(model: Model, file: SafetensorsFile): void {
  for (const [name, data] of moments(model)) file.readInto(name, data);
}

function* moments(model: Model): Generator<[name: string, data: Float32Array, shape: number[]]> {
  for (const { name: optimiser, networks } of model.graph.optimisers) {
    const { memory } = model.optimisers.get(optimiser)!;
    for (const network of networks) {
      const prefix = networks.length === 1 ? '' : `${network}.`;
      for (const state of parametersOf(model.networks[network])) {
        const shape = [...state.type.shape];
        const name = `${prefix}${state.name}`;
        yield [`${optimiser}.exp_avg.${name}`, memory.of(state, 'firstMoment'), shape];
        yield [`${optimiser}.exp_avg_sq.${name}`, memory.of(state, 'secondMoment'), shape];
      }
    }
  }
}

/** The images that pools keep: `pool.pooled_A.0`. */
export function poolTensors({ pools }: Model): NamedTensors {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { images }] of pools) {
    for (const [i, { data, shape }] of images.entries())
      tensors.set(`pool.${name}.${i}`, { dtype: 'F32', shape: [...shape], data });
  }
  return tensors;
}

/** Fills the pools with what `poolTensors` gave. A pool that has become smaller keeps the first. */
export function loadPools({ pools }: Model, file: SafetensorsFile): void {
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
export function progressOf(model: Model, { epoch, batchIndex }: Place, bestL1: number): SavedProgress {
  const { totalIters, steps, epochLoss, schedule, optimisers } = model;
  return {
    version: 1,
    place: { epoch, batchIndex },
    bestL1,
    totalIters,
    steps,
    epochLoss: { ...epochLoss },
    losses: model.getCurrentLosses(),
    schedule: { ...schedule.state },
    updates: Object.fromEntries([...optimisers].map(([name, { updates }]) => [name, updates])),
  };
}

/** Sets a model's counters from what `progressOf` gave. */
export function restoreProgress(model: Model, progress: SavedProgress): void {
  model.totalIters = progress.totalIters;
  model.steps = progress.steps;
  model.epochLoss = { ...progress.epochLoss };
  model.restoreLosses(progress.losses ?? {});
  model.schedule.restore(progress.schedule);
  for (const [name, optimiser] of model.optimisers) optimiser.updates = progress.updates[name];
}

/**
 * Reads the counters of a checkpoint.
 * @param optimisers those whose updates must be among them
 * @throws Pix2PixError when they are of a version that is not known here, or one of them is missing or no number
 */
export function parseProgress(json: unknown, optimisers: Iterable<string>): SavedProgress {
  const progress = (json ?? {}) as SavedProgress;
  if (progress.version !== 1) {
    throw new Pix2PixError(
      'the training state of the checkpoint is of another version',
      { found: String(progress.version), known: 1 },
      'continue with the version of pix2pix-ts that wrote it',
    );
  }
  const { place, epochLoss, schedule, updates } = progress;
  const wholeNumbers = {
    epoch: place?.epoch,
    batchIndex: place?.batchIndex,
    totalIters: progress.totalIters,
    steps: progress.steps,
    'epochLoss.count': epochLoss?.count,
    'schedule.firstEpoch': schedule?.firstEpoch,
    'schedule.epochs': schedule?.epochs,
    'schedule.badEpochs': schedule?.badEpochs,
    ...Object.fromEntries([...optimisers].map((name) => [`updates.${name}`, updates?.[name]])),
  };
  for (const [name, value] of Object.entries(wholeNumbers)) {
    if (!Number.isSafeInteger(value) || value < 0) throw notSound(name, value);
  }
  const numbers = { bestL1: progress.bestL1, sum: epochLoss.sum, rate: schedule.rate, best: schedule.best };
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value !== 'number' || Number.isNaN(value)) throw notSound(name, value);
  }
  return progress;
}

function notSound(name: string, value: unknown): Pix2PixError {
  return new Pix2PixError(
    'the training state of the checkpoint is not sound',
    { [name]: String(value) },
    'continue from another checkpoint with --epoch',
  );
}
