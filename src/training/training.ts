import { hostname } from 'node:os';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { createDataset, type DatasetSurroundings } from '../data/createDataset.js';
import type { Dataset } from '../data/loading/dataset.js';
import { measureRanges } from '../data/measureRanges.js';
import { FeatureLooks } from '../data/metrics/features/featureLooks.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { decideDevice } from './autoDevice.js';
import { createModel } from './createModel.js';
import { type KeptImages, planKeptImages } from './keptImages.js';
import type { Model } from './model/model.js';
import { imagesPerStep } from './model/stepPieces.js';
import { decideDeviceTogether, rankHardware, requireOwnGpu } from './parallel/rankDevice.js';
import { rankHints } from './parallel/rankHints.js';
import { isFirst, onAllRanks, type Ranks } from './parallel/ranks.js';
import { requireSameData } from './parallel/sameTraining.js';
import { stretching } from './report/imageSides.js';
import type { TrainingStart, TrainingSurroundings } from './report/trainingEvents.js';
import { requireTraining } from './requireTraining.js';
import { runFolder } from './saved/loadModel.js';
import { placeIn, startingPoint } from './saved/resume.js';
import type { BestValidation } from './validation/bestValidation.js';
import { FixedSamples } from './validation/fixedSamples.js';
import { requireFollowedMetric } from './validation/followedMetric.js';
import { validationLength } from './validation/validate.js';

/** All that a training works with. The model is set up, and the data set stands where training goes on. */
export interface Training {
  readonly opt: TrainOptions;
  readonly model: Model;
  readonly dataset: Dataset;
  readonly keptImages: KeptImages | undefined;
  /** 0: nothing is validated. */
  readonly validationImages: number;
  /** Feature networks of the validation, where there are some. */
  readonly looks: FeatureLooks | undefined;
  /** Where there is a validation set to take them from. */
  readonly samples: FixedSamples | undefined;
  /** The best validation so far, which the checkpoint `best` has to beat. */
  readonly best: BestValidation | undefined;
  /** Where it goes on, if it does. */
  readonly resumedFrom: TrainingStart['resumedFrom'];
  /** Those that train together, where this process is one of several. */
  readonly ranks: Ranks | undefined;
  /** Tells each text once. */
  warn(text: string): void;
}

/**
 * Opens the data set, decides where to compute, sets the model up, new or from a checkpoint, and closes both when `use` is
 * done.
 *
 * @param given `Training.opt` has what `--device auto` came to
 * @throws Pix2PixError for everything that a person can correct
 */
export async function withTraining<T>(
  given: TrainOptions,
  surroundings: TrainingSurroundings,
  use: (training: Training) => Promise<T>,
): Promise<T> {
  requireTraining(given);
  requireEpochs(given);
  const print = (text: string) => surroundings.emit({ kind: 'message', text });
  const warn = once((text) => surroundings.emit({ kind: 'warning', text }));
  const { ranks } = surroundings;
  const measured = await onAllRanks(ranks, () => withMeasuredRanges(given, print, warn));
  const dataset = await onAllRanks(ranks, () =>
    openDataset(measured, ranks, { onWarning: warn, onProgress: print }),
  );
  try {
    if (ranks !== undefined) await requireSameData(ranks, dataset.folders);
    const opt = await (ranks === undefined
      ? decideDevice(measured, print)
      : decideDeviceTogether(measured, ranks, print));
    const model = await onAllRanks(ranks, () => createModel(opt, undefined, { ranks }));
    try {
      if (ranks !== undefined) requireOwnGpu(ranks, rankHardware(model.device), opt, print);
      if (model.device.notice !== undefined) warn(model.device.notice);
      if (isFirst(ranks)) {
        const stretched = await stretching(dataset.folders, opt);
        for (const hint of [...rankHints(opt, ranks), stretched ?? []].flat()) warn(hint);
      }
      const validationImages = await onAllRanks(ranks, () => validationLength(model, opt, warn));
      const checkpoints = new CheckpointStore(runFolder(opt), {
        onWarning: warn,
        session: surroundings.session,
        lock: surroundings.lock,
      });
      await model.setup(opt, { print, checkpoints, isStepNext: dataset.length >= dataset.batchSize });
      const own = isFirst(ranks) ? checkpoints : undefined;
      const start = await onAllRanks(ranks, () => startingPoint(model, opt, own, dataset.batchSize, warn));
      const { place, best } = ranks?.fromFirst(start) ?? start;
      const { batchIndex, skipped } = placeIn(dataset, place);
      dataset.startAt(place.epoch, batchIndex, skipped);
      const processes = ranks?.gather(hostname()).filter((host) => host === hostname()).length;
      const memory = { memory: model.device.memory, needs: model.memoryUse.needs, processes };
      const keptImages = await onAllRanks(ranks, () => planKeptImages(dataset, opt, memory));
      if (keptImages?.bound !== undefined) dataset.keepImages(keptImages.bound);
      const resumedFrom = model.loadedFrom && {
        session: model.loadedFrom.session,
        epoch: place.epoch,
        step: model.totalIters,
      };
      const samples = isFirst(ranks) ? await FixedSamples.open(model, opt, warn) : undefined;
      const looks = await onAllRanks(ranks, () => openLooks(opt, validationImages));
      try {
        return await use({
          ...{ opt, model, dataset, keptImages, validationImages },
          ...{ samples, looks, best, resumedFrom, ranks, warn },
        });
      } finally {
        await looks?.dispose();
      }
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

/** The options with the numbers that `--value_range auto` stands for, which checkpoints keep. */
async function withMeasuredRanges<T extends TrainOptions>(
  opt: T,
  onProgress: (text: string) => void,
  onWarning: (text: string) => void,
): Promise<T> {
  const { told, ...ranges } = await measureRanges(opt, { onProgress, onWarning });
  for (const text of told) onProgress(text);
  return { ...opt, ...ranges };
}

/** The feature networks that `--features` names. Throws Pix2PixError where one cannot be used, or the best would not be known. */
async function openLooks(opt: TrainOptions, validationImages: number): Promise<FeatureLooks | undefined> {
  const { features, intraThreads } = opt;
  requireFollowedMetric(opt, validationImages);
  if (features === '' || validationImages === 0) return undefined;
  return FeatureLooks.open(features.split(','), intraThreads);
}

/** The training set. Where ranks share it, a batch is that of all of them. */
function openDataset(
  opt: TrainOptions,
  ranks: Ranks | undefined,
  surroundings: DatasetSurroundings,
): Promise<Dataset> {
  const batchSize = imagesPerStep(opt, ranks?.size);
  if (ranks === undefined) return createDataset({ ...opt, batchSize }, surroundings);
  const { rank, size } = ranks;
  const sharing = { rank, size, together: opt.batchSize * size };
  return createDataset({ ...opt, batchSize }, { ...surroundings, sharing });
}

/** A run that continues may have come to its end; a new one that has no epochs is a mistake. */
function requireEpochs({ continueTrain, epochCount, nEpochs, nEpochsDecay }: TrainOptions): void {
  if (continueTrain || epochCount <= nEpochs + nEpochsDecay) return;
  throw new Pix2PixError(
    'there are no epochs to train',
    { epoch_count: epochCount, 'last epoch': `${nEpochs + nEpochsDecay} = n_epochs + n_epochs_decay` },
    'pass a larger --n_epochs or --n_epochs_decay, or a smaller --epoch_count',
  );
}

/** Tells each text once: a damaged image of the validation set is met in every validation. */
function once(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    tell(text);
  };
}
