import type { CheckpointStore } from '../../checkpoints/store.js';
import { publicOptions, serialiseOptions } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { SavedModel } from '../model/savedModel.js';
import type { Place } from '../model/savedProgress.js';
import { registeredExtensions } from '../options.js';
import type { BestValidation } from '../validation/bestValidation.js';
import { averagedTensors } from './averages.js';
import { networkTensors, optimiserTensors, poolTensors, progressOf } from './trainingState.js';
import { versionsWith } from './versions.js';

/**
 * Saves a model under the tags, `latest` with the training state, and prunes to `--keep_last`.
 * @param place where training goes on from here
 * @param best the best validation so far
 * @throws Pix2PixError when the disk is full or the folder cannot be written; the checkpoints before are intact
 */
export async function saveCheckpoint(
  checkpoints: CheckpointStore,
  tags: readonly string[],
  model: SavedModel,
  opt: TrainOptions,
  place: Place,
  best: BestValidation | undefined,
): Promise<void> {
  const networks = Object.entries(model.usedNetworks()).map(
    ([name, network]) => [name, networkTensors(network, model.device)] as const,
  );
  const options = serialiseOptions(opt, registeredExtensions());
  await checkpoints.saveFrom(tags, {
    epoch: place.batchIndex === 0 ? place.epoch - 1 : place.epoch, // the one that the weights belong to
    totalIters: model.totalIters,
    options,
    networkOptions: publicOptions(options, registeredExtensions()),
    versions: versionsWith(model.device.versions),
    networks: { ...Object.fromEntries(networks), ...averagedTensors(model) },
    state: {
      tensors: new Map([...optimiserTensors(model), ...poolTensors(model)]),
      json: await progressOf(model, place, best),
    },
  });
  if (Number.isFinite(opt.keepLast)) checkpoints.prune(opt.keepLast);
}
