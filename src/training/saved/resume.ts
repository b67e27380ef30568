import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { CheckpointStore } from '../../checkpoints/store.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { LoadedFrom } from '../model/savedModel.js';
import type { Place } from '../model/savedProgress.js';
import type { Schedule } from '../model/schedule.js';
import { parseProgress } from '../model/trainingState.js';
import type { BestValidation } from '../validation/bestValidation.js';

/** Where a training starts or goes on. */
export interface StartingPoint {
  readonly place: Place;
  /** The best validation so far: what a checkpoint `best` has to beat. */
  readonly best: BestValidation | undefined;
}

/** The parts of a model that are set where training goes on from networks alone. */
interface ResumedModel {
  readonly loadedFrom: LoadedFrom | undefined;
  readonly schedule: Pick<Schedule, 'skip'>;
  totalIters: number;
  steps: number;
}

/**
 * Where training goes on, for a model that has been set up: exactly where its checkpoint stood; or where that holds
 * networks alone (an epoch's, `best`), after its epoch with fresh optimisers; or at `--epoch_count`.
 *
 * @param checkpoints those of the run; a rank that follows another has none
 * @param batchSize images of a step, in all processes
 * @param warn is told where it is not what the options seem to ask for
 */
export function startingPoint(
  model: ResumedModel,
  opt: TrainOptions,
  checkpoints: CheckpointStore | undefined,
  batchSize: number,
  warn: (text: string) => void,
): StartingPoint {
  const { loadedFrom } = model;
  if (loadedFrom === undefined) {
    if (checkpoints !== undefined) warnOfEarlierRun(checkpoints, warn);
    return { place: { epoch: opt.epochCount, batchIndex: 0 }, best: undefined };
  }
  const { progress } = loadedFrom;
  if (progress === undefined) return afterNetworksAlone(model, loadedFrom, opt, checkpoints, batchSize, warn);
  const { place, best } = progress;
  if (opt.given.includes('epoch_count') && opt.epochCount !== place.epoch) {
    warn(`--epoch_count ${opt.epochCount} has no effect: the checkpoint stands in epoch ${place.epoch}`);
  }
  return { place, best };
}

/** The batches of a data set, and how many images they have. */
interface Batches {
  readonly length: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
}

/**
 * The same place in an epoch, in batches that may be larger or smaller than those that it was counted in: so many batches
 * have been used, and of the next one so many images.
 */
export function placeIn(
  { length, batchSize, batchesPerEpoch }: Batches,
  { batchIndex, batchSize: before = batchSize }: Place,
): { readonly batchIndex: number; readonly skipped: number } {
  if (before === batchSize) return { batchIndex, skipped: 0 };
  const used = batchIndex * before;
  if (used >= length) return { batchIndex: batchesPerEpoch, skipped: 0 };
  return { batchIndex: Math.floor(used / batchSize), skipped: used % batchSize };
}

function afterNetworksAlone(
  model: ResumedModel,
  { tag, epoch, totalIters, fresh }: LoadedFrom,
  opt: TrainOptions,
  checkpoints: CheckpointStore | undefined,
  batchSize: number,
  warn: (text: string) => void,
): StartingPoint {
  const isWithinEpoch = tag.startsWith('iter_');
  const next = opt.given.includes('epoch_count') ? opt.epochCount : epoch + (isWithinEpoch ? 0 : 1);
  warn(
    `checkpoint ${tag} holds networks alone: training goes on at the beginning of epoch ${next} with fresh ` +
      'optimisers, not as if it had never stopped',
  );
  for (const name of fresh) warn(`there is no ${tag}_net_${name}.pth: ${name} starts afresh`);
  model.schedule.skip(next - 1);
  model.totalIters = totalIters;
  model.steps = Math.ceil(totalIters / batchSize);
  return { place: { epoch: next, batchIndex: 0 }, best: knownBest(checkpoints) };
}

/** The best validation that the run's own training state knows of; `best` must not be replaced by something worse. */
function knownBest(checkpoints: CheckpointStore | undefined): BestValidation | undefined {
  if (checkpoints === undefined) return undefined;
  try {
    const { state, close } = checkpoints.load('latest', { networks: [], state: 'if present' });
    close();
    return state && parseProgress(state.json, []).best;
  } catch (error) {
    if (error instanceof Pix2PixError) return undefined; // there is none, or it is damaged
    throw error;
  }
}

function warnOfEarlierRun(checkpoints: CheckpointStore, warn: (text: string) => void): void {
  const [newest] = checkpoints.list();
  if (newest?.manifest === undefined) return;
  const { epoch, totalIters } = newest.manifest;
  warn(
    `${checkpoints.directory} holds an earlier run (epoch ${epoch}, ${totalIters} images seen), which this one ` +
      'replaces as it saves; to go on with it instead, stop and pass --continue_train',
  );
}
