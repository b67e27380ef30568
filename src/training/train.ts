import { acquireRunLock } from '../checkpoints/runLock.js';
import { tableOf } from '../options/serialise.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { writeOptionsFile } from '../tracking/optionsFile.js';
import { ProgressLine } from '../tracking/progressLine.js';
import { completeOptions } from './completeOptions.js';
import { runFolder } from './loadModel.js';
import { registeredExtensions } from './options.js';
import { Reporter } from './reporter.js';
import type { TrainingSummary } from './trainingEvents.js';
import { trainInThread } from './trainingThread.js';

/**
 * `pix2pix train`: trains in a thread of its own while this one keeps the record and shows progress. The run's folder
 * is locked meanwhile.
 *
 * @param stop when aborted, training finishes its step, saves and returns
 * @throws Pix2PixError for everything that a person can mend
 */
export async function train(
  given: TrainOptions,
  stop: AbortSignal,
  line = new ProgressLine(process.stdout),
): Promise<TrainingSummary> {
  const opt = completeOptions(given);
  const folder = runFolder(opt);
  const lock = acquireRunLock(folder);
  try {
    const optionsText = writeOptionsFile(folder, 'train', tableOf(opt, registeredExtensions()), { ...opt });
    if (opt.verbose) line.message(optionsText);
    const reporter = new Reporter(opt, folder, line);
    try {
      const summary = await trainInThread(opt, (event) => reporter.handle(event), stop);
      await reporter.close();
      return summary;
    } catch (error) {
      await reporter.close().catch(() => {});
      throw error;
    }
  } finally {
    lock.release();
  }
}
