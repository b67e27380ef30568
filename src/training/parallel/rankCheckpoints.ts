import { createHash } from 'node:crypto';
import type { State } from '../../engine/ir/state.js';
import type { OptimiserQuantity } from '../../engine/runtime/optimiser.js';
import { parametersOf } from '../../models/layers/module.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { startAverages } from '../model/averagedNetworks.js';
import type { LoadedFrom, ModelCheckpoints, OpenCheckpoints, SavedModel } from '../model/savedModel.js';
import { restoreProgress } from '../model/trainingState.js';
import { type Ranks, SharedFailure } from './ranks.js';

/**
 * Checkpoints of a training by several ranks: the first has the files. What it loads it gives to the others, which need
 * not see the folder; before it saves, all make sure that they have the same weights.
 */
export function rankCheckpoints(ranks: Ranks, files: OpenCheckpoints): OpenCheckpoints {
  return (opt, store): ModelCheckpoints => {
    const own = files(opt, store);
    return {
      begin: async (model, opt) => {
        const notes = await ranks.together(() => (ranks.isFirst ? own.begin(model, opt) : undefined));
        await shareWeights(ranks, model, opt);
        return notes ?? [];
      },
      load: async (model, opt) => {
        const loaded = await ranks.together(() => (ranks.isFirst ? own.load(model, opt) : undefined));
        return shareLoaded(ranks, model, loaded);
      },
      save: async (tags, model, opt, place, best) => {
        await requireSameWeights(ranks, model);
        if (ranks.isFirst) await own.save(tags, model, opt, place, best);
      },
    };
  };
}

/** Gives all ranks the networks that the first has begun with. */
async function shareWeights(ranks: Ranks, model: SavedModel, { initFrom }: TrainOptions): Promise<void> {
  if (initFrom === '') return;
  await shareNetworks(ranks, model);
  await startAverages(model.trained);
}

async function shareNetworks(ranks: Ranks, model: SavedModel): Promise<void> {
  for (const { states } of Object.values(model.usedNetworks())) {
    for (const state of states) {
      const data = await model.device.download(state);
      ranks.copyFromFirst(data);
      await model.device.upload(state, data);
    }
  }
}

/** Gives all ranks what the first has loaded: tensors, pools, counters. */
async function shareLoaded(ranks: Ranks, model: SavedModel, loaded?: LoadedFrom): Promise<LoadedFrom> {
  const from = ranks.fromFirst(loaded)!;
  await shareNetworks(ranks, model);
  for (const { optimiser, averaged } of model.trained) {
    const kept: OptimiserQuantity[] = ['firstMoment', 'secondMoment'];
    if (averaged.length > 0) kept.push('average');
    for (const state of optimiser.states) {
      for (const quantity of kept) {
        const data = await optimiser.download(state, quantity);
        ranks.copyFromFirst(data);
        await optimiser.upload(state, quantity, data);
      }
    }
  }
  for (const pool of model.pools.values()) {
    const images = ranks.fromFirst(pool.images);
    pool.images.splice(0, pool.images.length, ...images);
  }
  if (from.progress !== undefined) await restoreProgress(model, from.progress);
  return from;
}

/**
 * Makes sure that all ranks have the same parameters, by a hash: they have made the same updates from the same sums.
 * @throws SharedFailure naming the first rank that differs
 */
async function requireSameWeights(ranks: Ranks, model: SavedModel): Promise<void> {
  const hash = createHash('sha1');
  for (const network of Object.values(model.usedNetworks())) {
    for (const state of parametersOf(network)) hash.update(await bytesOf(model, state));
  }
  const hashes = ranks.gather(hash.digest('hex'));
  const rank = hashes.findIndex((other) => other !== hashes[0]);
  if (rank < 0) return;
  throw new SharedFailure(
    'the ranks of this training have come to different weights',
    {
      'rank 0': hashes[0].slice(0, 12),
      [`rank ${rank}`]: hashes[rank].slice(0, 12),
      checkpoints: 'those saved before are intact',
    },
    'one of the machines computes wrongly, or has another version of the MPI library: leave it out, and go on with --continue_train',
  );
}

async function bytesOf({ device }: SavedModel, state: State): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await device.download(state);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
