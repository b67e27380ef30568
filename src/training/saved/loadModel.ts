import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { networkPart } from '../../checkpoints/format/checkpointNames.js';
import type { CheckpointStore } from '../../checkpoints/store.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { averagedName } from '../model/averagedNetworks.js';
import { fillModel } from '../model/fillModel.js';
import type { LoadedFrom, SavedModel } from '../model/savedModel.js';
import { findReferenceRun, loadReferenceRun } from './referenceRun.js';

/** The tag of the checkpoint that `--epoch` and `--load_iter` name, as in the reference. */
export function checkpointTag({ loadIter, epoch }: { loadIter: number; epoch: string }): string {
  return loadIter > 0 ? `iter_${loadIter}` : epoch;
}

/** The folder of a run. */
export function runFolder({ checkpointsDir, name }: { checkpointsDir: string; name: string }): string {
  return join(checkpointsDir, name);
}

/**
 * Fills a model's networks, and when training continues its optimisers and counters too, from the checkpoint that the
 * options name; from files of the reference implementation where there is no checkpoint of ours.
 * @throws Pix2PixError when there is none, or it is damaged or of another architecture
 */
export async function loadModel(
  model: SavedModel,
  opt: TrainOptions | TestOptions,
  checkpoints: CheckpointStore,
): Promise<LoadedFrom> {
  const tag = checkpointTag(opt);
  const reference = findReferenceRun(checkpoints, tag);
  if (reference !== undefined) return loadReferenceRun(model, reference, opt.seed);
  const networks = model.usedNetworks();
  // A test of a network that was averaged takes the average in its place.
  const fileOf = (name: string) => (!opt.isTrain && opt.ema > 0 ? averagedName(name) : name);
  const averages = model.trained.flatMap(({ averaged }) => averaged.map(averagedName));
  if (!opt.isTrain) requireNetworks(Object.keys(networks).map(fileOf), tag, checkpoints);
  const loaded = checkpoints.load(tag, {
    networks: Object.keys(networks).map(fileOf),
    optional: averages,
    state: opt.isTrain ? 'if present' : false,
  });
  try {
    const { tag, manifest, state } = loaded;
    const progress = await fillModel(model, { networks: loaded.networks, state }, fileOf);
    const { epoch, totalIters, session } = manifest;
    return { tag, epoch, totalIters, session, progress, fresh: [] };
  } finally {
    loaded.close();
  }
}

/** A test may ask for a network that the run never had. */
function requireNetworks(names: readonly string[], tag: string, checkpoints: CheckpointStore): void {
  const manifest = checkpoints.list().find((listed) => listed.tag === tag)?.manifest;
  const missing = names.find((name) => manifest !== undefined && !manifest.files.has(networkPart(name)));
  if (missing === undefined) return;
  const there = [...manifest!.files.keys()].flatMap((part) => /^net_(.+)$/.exec(part)?.[1] ?? []);
  const generator = there.find((name) => name.startsWith('G_') && !name.endsWith('_ema'));
  throw new Pix2PixError(
    `checkpoint ${tag} has no network ${missing}`,
    { networks: there.join(', ') },
    generator === undefined ? 'choose another --model' : `pass --model_suffix ${generator.slice(1)}`,
  );
}
