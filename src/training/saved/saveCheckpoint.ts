import type { CheckpointStore } from '../../checkpoints/store.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { checkpointOf } from '../model/checkpointOf.js';
import type { SavedModel } from '../model/savedModel.js';
import type { Place } from '../model/savedProgress.js';
import { registeredExtensions } from '../options.js';
import type { BestValidation } from '../validation/bestValidation.js';
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
  const context = { opt, extensions: registeredExtensions(), versions: versionsWith(model.device.versions) };
  await checkpoints.saveFrom(tags, await checkpointOf(model, context, place, best));
  if (Number.isFinite(opt.keepLast)) checkpoints.prune(opt.keepLast);
}
