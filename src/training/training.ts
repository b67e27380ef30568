import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { createDataset } from '../data/createDataset.js';
import type { Dataset } from '../data/loading/dataset.js';
import { findModel } from '../models/registry.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { decideDevice } from './autoDevice.js';
import { createModel } from './createModel.js';
import type { Model } from './model/model.js';
import { imagesPerStep } from './model/stepPieces.js';
import { stretching } from './report/imageSides.js';
import type { TrainingStart, TrainingSurroundings } from './report/trainingEvents.js';
import { runFolder } from './saved/loadModel.js';
import { startingPoint } from './saved/resume.js';
import { FixedSamples } from './validation/fixedSamples.js';
import { validationLength } from './validation/validate.js';

/** All that a training works with. The model is set up, and the data set stands where training goes on. */
export interface Training {
  readonly opt: TrainOptions;
  readonly model: Model;
  readonly dataset: Dataset;
  /** 0: nothing is validated. */
  readonly validationImages: number;
  /** Where there is a validation set to take them from. */
  readonly samples: FixedSamples | undefined;
  /** The smallest validation L1 so far, which the checkpoint `best` has to beat. */
  readonly bestL1: number;
  /** Where it goes on, if it does. */
  readonly resumedFrom: TrainingStart['resumedFrom'];
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
  const dataset = await createDataset(
    { ...given, batchSize: imagesPerStep(given) },
    { onWarning: warn, onProgress: print },
  );
  try {
    const opt = await decideDevice(given, print);
    const model = await createModel(opt);
    try {
      if (model.device.notice !== undefined) warn(model.device.notice);
      const stretched = await stretching(dataset.folders, opt);
      if (stretched !== undefined) warn(stretched);
      const validationImages = await validationLength(model, opt, warn);
      const checkpoints = new CheckpointStore(runFolder(opt), {
        onWarning: warn,
        session: surroundings.session,
        lock: surroundings.lock,
      });
      await model.setup(opt, { print, checkpoints, isStepNext: dataset.length >= imagesPerStep(opt) });
      const { place, bestL1 } = startingPoint(model, opt, checkpoints, warn);
      dataset.startAt(place.epoch, place.batchIndex);
      const resumedFrom = model.loadedFrom && {
        session: model.loadedFrom.session,
        epoch: place.epoch,
        step: model.totalIters,
      };
      const samples = await FixedSamples.open(model, opt, warn);
      return await use({ opt, model, dataset, validationImages, samples, bestL1, resumedFrom, warn });
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

function requireTraining({ model }: TrainOptions): void {
  if (!findModel(model).onlyTests) return;
  throw new Pix2PixError(
    `--model ${model} has nothing to train`,
    {},
    `test with it: ${commandLine('test', '--model', model, '--name', 'NAME')}`,
  );
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
