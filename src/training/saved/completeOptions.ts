import { existsSync } from 'node:fs';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { CheckpointStore } from '../../checkpoints/store.js';
import { DEFAULT_DEVICE } from '../../engine/devices/registry.js';
import { mergeStoredOptions } from '../../options/merge.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { registeredExtensions } from '../options.js';
import { checkpointTag, runFolder } from './loadModel.js';
import { findReferenceRun, referenceOptions } from './referenceRun.js';

/**
 * Adds what the checkpoint of the run knows to the options of a test or of a training that continues. A new training's
 * options are complete already. Files of the reference implementation know their networks alone.
 *
 * @throws Pix2PixError when there is no checkpoint, or explicit flags ask for other networks than it holds
 */
export function completeOptions<T extends TrainOptions | TestOptions>(opt: T): T {
  if (opt.isTrain && !opt.continueTrain) return opt;
  const folder = runFolder(opt);
  const checkpoints = new CheckpointStore(folder, { onWarning: () => {} });
  const tag = checkpointTag(opt);
  const listed = checkpoints.list().filter(({ manifest }) => manifest !== undefined);
  const wanted = listed.find((checkpoint) => checkpoint.tag === tag);
  const manifest = (wanted ?? (tag === 'latest' ? listed[0] : undefined))?.manifest;
  if (manifest === undefined) {
    const reference = findReferenceRun(checkpoints, tag);
    if (reference !== undefined) {
      return mergeStoredOptions(opt, referenceOptions(reference, opt), registeredExtensions());
    }
    const tags = listed.map((checkpoint) => checkpoint.tag).filter((name) => name !== 'previous'); // not for --epoch
    throw new Pix2PixError(
      `there is no checkpoint ${tag} of ${opt.name}`,
      {
        folder,
        holds: tags.join(', ') || (existsSync(folder) ? 'none' : 'nothing: there is no such folder'),
      },
      tags.length > 0
        ? 'choose one of these with --epoch, or iter_N with --load_iter N'
        : 'check --name and --checkpoints_dir, or train it first',
    );
  }
  // Checkpoints from before there was a choice of devices do not tell theirs, which was the processor.
  return mergeStoredOptions(opt, { device: DEFAULT_DEVICE, ...manifest.options }, registeredExtensions());
}
