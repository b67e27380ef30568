import { requireSameTensors } from '../../checkpoints/format/architecture.js';
import type { TensorFile } from '../../checkpoints/format/tensorFile.js';
import type { Module } from '../../models/layers/module.js';
import { loadAverages } from './averages.js';
import type { SavedModel } from './savedModel.js';
import type { SavedProgress } from './savedProgress.js';
import { loadOptimisers, loadPools, loadTensors, parseProgress, restoreProgress } from './trainingState.js';

/** The files of a checkpoint, open. */
export interface FoundFiles {
  readonly networks: ReadonlyMap<string, TensorFile>;
  readonly state: FoundState | undefined;
}

interface FoundState {
  readonly tensors: TensorFile;
  readonly json: unknown;
}

/**
 * Fills a model from a checkpoint: networks, averages, and where it has a training state optimisers and counters.
 * @param fileOf the name of the file that a network is filled from
 * @returns where training stood, if the checkpoint has that
 * @throws Pix2PixError when it is of another architecture, or not sound
 */
export async function fillModel(
  model: SavedModel,
  { networks, state }: FoundFiles,
  fileOf: (network: string) => string = (network) => network,
): Promise<SavedProgress | undefined> {
  for (const [name, network] of Object.entries(model.usedNetworks())) {
    await loadNetwork(network, networks.get(fileOf(name))!, model.device);
  }
  await loadAverages(model, networks);
  return state && (await loadState(model, state));
}

async function loadState(model: SavedModel, state: FoundState): Promise<SavedProgress> {
  const progress = parseProgress(
    state.json,
    model.trained.map(({ name }) => name),
  );
  await loadOptimisers(model, state.tensors);
  loadPools(model, state.tensors);
  await restoreProgress(model, progress);
  return progress;
}

async function loadNetwork(network: Module, file: TensorFile, device: SavedModel['device']): Promise<void> {
  const shapes = new Map(network.states.map((state) => [state.name, state.type.shape]));
  requireSameTensors(shapes, file.tensors, file.path);
  await loadTensors(network, file, device);
}
