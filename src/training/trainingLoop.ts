import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { createDataset } from '../data/createDataset.js';
import { runtimeNotice } from '../engine/devices/cpu/onnxRuntime.js';
import { findModel } from '../models/registry.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { createModel } from './createModel.js';
import { FixedSamples } from './fixedSamples.js';
import { imagesPerStep } from './model/stepPieces.js';
import type { TrainingSummary, TrainingSurroundings } from './report/trainingEvents.js';
import { runFolder } from './saved/loadModel.js';
import { startingPoint } from './saved/resume.js';
import { TrainingRun } from './trainingRun.js';
import { validationLength } from './validation.js';

/**
 * Trains a model as its options say, in this thread, from the beginning or from its last checkpoint, until the last
 * epoch, `--max_steps`, or `shouldStop`. Saves before it returns.
 *
 * @throws Pix2PixError for everything that a person can mend; the last good checkpoint is then intact
 */
export async function trainingLoop(
  opt: TrainOptions,
  surroundings: TrainingSurroundings,
): Promise<TrainingSummary> {
  const print = (text: string) => surroundings.emit({ kind: 'message', text });
  const warn = once((text) => surroundings.emit({ kind: 'warning', text }));
  requireTraining(opt);
  requireEpochs(opt);
  runtimeNotice(warn);
  const surroundingsOfData = { onWarning: warn, onProgress: print };
  const dataset = await createDataset({ ...opt, batchSize: imagesPerStep(opt) }, surroundingsOfData);
  try {
    const model = await createModel(opt);
    try {
      const validationImages = await validationLength(model, opt, warn);
      const checkpoints = new CheckpointStore(runFolder(opt), {
        onWarning: warn,
        session: surroundings.session,
      });
      await model.setup(opt, { print, checkpoints });
      const { place, bestL1 } = startingPoint(model, opt, checkpoints, warn);
      dataset.startAt(place.epoch, place.batchIndex);
      const resumedFrom = model.loadedFrom && {
        session: model.loadedFrom.session,
        epoch: place.epoch,
        step: model.totalIters,
      };
      const samples = await FixedSamples.open(model, opt, warn);
      const job = { opt, model, dataset, validationImages, samples, bestL1, resumedFrom, warn };
      return await new TrainingRun(job, surroundings).toTheEnd();
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

/** A run that continues may have come to its end; a new one that has no epochs is a slip. */
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
