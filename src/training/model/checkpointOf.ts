import type { Checkpoint } from '../../checkpoints/format/checkpointParts.js';
import type { NamedSources } from '../../checkpoints/format/dtype.js';
import type { OptionExtensions } from '../../options/extension.js';
import { publicOptions, serialiseOptions } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { BestValidation } from '../validation/bestValidation.js';
import { averagedTensors } from './averages.js';
import type { SavedModel } from './savedModel.js';
import type { Place } from './savedProgress.js';
import { networkTensors, optimiserTensors, poolTensors, progressOf } from './trainingState.js';

/** What a checkpoint of a model says besides what the model itself does. */
export interface CheckpointContext {
  readonly opt: TrainOptions;
  readonly extensions: OptionExtensions;
  /** Of the programs that write it. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * All that a training goes on from; tensors are downloaded when it is their turn.
 * @param place where in the data it goes on
 * @param best the best validation so far
 */
export async function checkpointOf(
  model: SavedModel,
  { opt, extensions, versions }: CheckpointContext,
  place: Place,
  best: BestValidation | undefined,
): Promise<Checkpoint<NamedSources>> {
  const networks = Object.entries(model.usedNetworks()).map(
    ([name, network]) => [name, networkTensors(network, model.device)] as const,
  );
  const options = serialiseOptions(opt, extensions);
  return {
    epoch: place.batchIndex === 0 ? place.epoch - 1 : place.epoch, // the one that the weights belong to
    totalIters: model.totalIters,
    options,
    networkOptions: publicOptions(options, extensions),
    versions,
    networks: { ...Object.fromEntries(networks), ...averagedTensors(model) },
    state: {
      tensors: new Map([...optimiserTensors(model), ...poolTensors(model)]),
      json: await progressOf(model, place, best),
    },
  };
}
