import type { CheckpointStore } from '../../checkpoints/store.js';
import { publicOptions, serialiseOptions } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { averagedTensors } from '../model/averagedNetworks.js';
import type { Model } from '../model/model.js';
import { registeredExtensions } from '../options.js';
import { networkTensors, optimiserTensors, type Place, poolTensors, progressOf } from './trainingState.js';
import { versions } from './versions.js';

/**
 * Saves a model under the tags, `latest` with the training state, and prunes to `--keep_last`.
 * @param place where training goes on from here
 * @param bestL1 the smallest validation L1 so far
 * @throws Pix2PixError when the disk is full or the folder cannot be written; the checkpoints before are intact
 */
export function saveCheckpoint(
  checkpoints: CheckpointStore,
  tags: readonly string[],
  model: Model,
  opt: TrainOptions,
  place: Place,
  bestL1: number,
): void {
  const networks = Object.entries(model.networks).map(
    ([name, network]) => [name, networkTensors(network, model.store)] as const,
  );
  const options = serialiseOptions(opt, registeredExtensions());
  checkpoints.save(tags, {
    epoch: place.batchIndex === 0 ? place.epoch - 1 : place.epoch, // the one that the weights belong to
    totalIters: model.totalIters,
    options,
    networkOptions: publicOptions(options, registeredExtensions()),
    versions: versions(),
    networks: { ...Object.fromEntries(networks), ...averagedTensors(model) },
    state: {
      tensors: new Map([...optimiserTensors(model), ...poolTensors(model)]),
      json: progressOf(model, place, bestL1),
    },
  });
  if (Number.isFinite(opt.keepLast)) checkpoints.prune(opt.keepLast);
}
