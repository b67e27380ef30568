import { join } from 'node:path';
import { requireSameTensors } from '../checkpoints/architecture.js';
import type { LoadedState } from '../checkpoints/loading.js';
import type { SafetensorsFile } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import type { Module } from '../nn/module.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import type { StateStore } from '../runtime/stateStore.js';
import type { Model } from './model.js';
import { loadOptimisers, type Place, restoreProgress } from './trainingState.js';

/** The tag of the checkpoint that `--epoch` and `--load_iter` name, as in the reference. */
export function checkpointTag({ loadIter, epoch }: { loadIter: number; epoch: string }): string {
  return loadIter > 0 ? `iter_${loadIter}` : epoch;
}

/** The folder of a run. */
export function runFolder({ checkpointsDir, name }: { checkpointsDir: string; name: string }): string {
  return join(checkpointsDir, name);
}

/** Where the training of a loaded checkpoint stood; the place is known where the checkpoint has a training state. */
export interface ResumePoint {
  readonly totalIters: number;
  readonly place: Place | undefined;
}

/**
 * Fills a model's networks, and when training continues its optimisers and counters too, from a checkpoint.
 * @throws Pix2PixError when there is none, or it is damaged or of another architecture
 */
export function loadModel(
  model: Model,
  opt: TrainOptions | TestOptions,
  checkpoints = new CheckpointStore(runFolder(opt), { onWarning: console.warn }),
): ResumePoint {
  const networks = model.usedNetworks();
  const loaded = checkpoints.load(checkpointTag(opt), {
    networks: Object.keys(networks),
    state: opt.isTrain ? 'if present' : false,
  });
  try {
    for (const [name, network] of Object.entries(networks)) {
      loadNetwork(network, loaded.networks.get(name)!, model.store);
    }
    const place = opt.isTrain ? continueFrom(model, loaded.state) : undefined;
    return { totalIters: loaded.manifest.totalIters, place };
  } finally {
    loaded.close();
  }
}

function continueFrom(model: Model, state: LoadedState | undefined): Place | undefined {
  if (state === undefined) return undefined; // an epoch's checkpoint holds networks alone: optimisers start afresh
  loadOptimisers(model, state.tensors);
  return restoreProgress(model, state.json).place;
}

function loadNetwork(network: Module, file: SafetensorsFile, store: StateStore): void {
  const shapes = new Map(network.states.map((state) => [state.name, state.type.shape]));
  requireSameTensors(shapes, file.tensors, file.path);
  for (const state of network.states) {
    file.readInto(state.name, state.type.dtype === 'i64' ? store.counter(state) : store.floats(state));
  }
}
