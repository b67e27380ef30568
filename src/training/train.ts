import { acquireRunLock } from '../checkpoints/runLock.js';
import { isBuiltInDataset } from '../data/createDataset.js';
import { isBuiltInModel } from '../models/registry.js';
import { tableOf } from '../options/serialise.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { writeOptionsFile } from '../tracking/optionsFile.js';
import { ProgressLine } from '../tracking/progressLine.js';
import { completeOptions } from './completeOptions.js';
import { runFolder } from './loadModel.js';
import { registeredExtensions } from './options.js';
import { Reporter } from './reporter.js';
import type { TrainingEvent, TrainingSummary } from './trainingEvents.js';
import { trainingLoop } from './trainingLoop.js';
import { trainInThread } from './trainingThread.js';

/**
 * `pix2pix train`: trains in a thread of its own while this one keeps the record and shows progress. The run's folder
 * is locked meanwhile. A model or data set that was registered from outside exists in the calling thread alone, so
 * training stays in it then, and whatever else the program does waits for each step.
 *
 * ```
 * await train(parseTrainOptions(['--dataroot', './datasets/facades', '--name', 'facades']));
 * ```
 *
 * @param stop when aborted, training finishes its step, saves and returns
 * @param line where progress and messages go; by default to the standard output
 * @throws Pix2PixError for everything that a person can mend
 */
export async function train(
  given: TrainOptions,
  stop: AbortSignal = new AbortController().signal,
  line = new ProgressLine(process.stdout),
): Promise<TrainingSummary> {
  const opt = completeOptions(given);
  const folder = runFolder(opt);
  const lock = acquireRunLock(folder);
  try {
    const optionsText = writeOptionsFile(folder, 'train', tableOf(opt, registeredExtensions()), { ...opt });
    if (opt.verbose) line.message(optionsText);
    const reporter = new Reporter(opt, folder, line);
    const isBuiltIn = isBuiltInModel(opt.model) && isBuiltInDataset(opt.datasetMode);
    try {
      const summary = await (isBuiltIn ? trainInThread : trainHere)(opt, (e) => reporter.handle(e), stop);
      await reporter.close();
      return summary;
    } catch (error) {
      await reporter.close().catch(() => {}); // what ended the training is to be told, not what came of it
      throw error;
    }
  } finally {
    lock.release();
  }
}

function trainHere(opt: TrainOptions, emit: (event: TrainingEvent) => void, stop: AbortSignal) {
  return trainingLoop(opt, { emit, shouldStop: () => stop.aborted });
}
