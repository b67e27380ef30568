import type { NamedTensors, StoredTensor } from '../checkpoints/dtype.js';
import type { SafetensorsFile } from '../checkpoints/safetensors.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import type { Module } from '../nn/module.js';
import type { StateStore } from '../runtime/stateStore.js';
import type { Model } from './model.js';
import type { ScheduleState } from './schedule.js';

/** Where a training stands between two steps. */
export interface Place {
  /** The epoch under way, from 1, and how many of its batches have been used. */
  readonly epoch: number;
  readonly batchIndex: number;
  /** Images seen in all, as the reference counts iterations, and optimiser steps made. */
  readonly totalIters: number;
  readonly steps: number;
  /** The smallest validation L1 so far; Infinity before the first. */
  readonly bestL1: number;
  /** Those of the last step: where there is no validation, plateau watches the last L1 of the epoch. */
  readonly losses: Readonly<Record<string, number>>;
}

/** The part of a training state that is no tensor. */
export interface Progress {
  readonly version: 1;
  readonly seed: number;
  readonly place: Place;
  readonly dropoutDraws: number;
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

/** Adam's moments under PyTorch's names for them: `G.exp_avg.model.model.0.weight`, `G.exp_avg_sq....`. */
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
  for (const [optimiser, { arena, firstMoment, secondMoment }] of model.optimisers) {
    for (const [state, { offset, length }] of arena.extents) {
      const shape = [...state.type.shape];
      yield [`${optimiser}.exp_avg.${state.name}`, firstMoment.subarray(offset, offset + length), shape];
      yield [`${optimiser}.exp_avg_sq.${state.name}`, secondMoment.subarray(offset, offset + length), shape];
    }
  }
}

/** The counters of a model at this place. */
export function progressOf(model: Model, place: Place): Progress {
  const updates = [...model.optimisers].map(([name, { updates }]) => [name, updates]);
  return {
    version: 1,
    seed: model.opt.seed,
    place,
    dropoutDraws: model.dropoutDraws,
    schedule: { ...model.schedule.state },
    updates: Object.fromEntries(updates),
  };
}

/** Sets a model's counters from what `progressOf` gave. Throws Pix2PixError when that is not what it is. */
export function restoreProgress(model: Model, json: unknown): Progress {
  const progress = parseProgress(json);
  model.dropoutDraws = progress.dropoutDraws;
  model.schedule.restore(progress.schedule);
  for (const [name, optimiser] of model.optimisers) optimiser.updates = progress.updates[name];
  return progress;
}

/** Reads the counters of a checkpoint. Throws Pix2PixError when they are of a version that is not known here. */
export function parseProgress(json: unknown): Progress {
  const progress = json as Progress | undefined;
  if (progress?.version !== 1) {
    throw new Pix2PixError(
      'the training state of the checkpoint is of another version',
      { found: String(progress?.version), known: 1 },
      'continue with the version of pix2pix-ts that wrote it',
    );
  }
  return progress;
}
