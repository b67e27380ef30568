import { parentPort, workerData } from 'node:worker_threads';
import { sendError } from '../base/errors/sentError.js';
import { systemErrorInWords } from '../base/files/systemError.js';
import { trainAsRank } from './parallel/joinRanks.js';
import { SharedFailure } from './parallel/ranks.js';
import type { TrainingSurroundings } from './report/trainingEvents.js';
import { TrainingFlags } from './trainingFlags.js';
import { trainingLoop } from './trainingLoop.js';
import type { ThreadStart, WorkerMessage } from './trainingThread.js';

/** The thread that trains: computing blocks it, while the main thread shows progress and minds signals. */
const { opt, memory, run, rank } = workerData as ThreadStart;
const flags = new TrainingFlags(memory);
const send = (message: WorkerMessage) => parentPort!.postMessage(message);

try {
  const surroundings: TrainingSurroundings = {
    emit: (event) => send({ event }),
    shouldStop: () => flags.shouldStop(),
    takeSave: () => flags.takeSave(),
    ...run,
  };
  const summary = await (rank === undefined
    ? trainingLoop(opt, surroundings)
    : trainAsRank(rank, opt, surroundings, { marks: flags, train: trainingLoop }));
  send({ summary });
} catch (error) {
  send({ failure: sendError(systemErrorInWords(error)), isShared: error instanceof SharedFailure });
}
