import { parentPort, workerData } from 'node:worker_threads';
import { sendError } from '../base/errors/sentError.js';
import { systemErrorInWords } from '../base/files/systemError.js';
import { TrainingFlags } from './trainingFlags.js';
import { trainingLoop } from './trainingLoop.js';
import type { ThreadStart, WorkerMessage } from './trainingThread.js';

/** The thread that trains: computing blocks it, while the main thread shows progress and minds signals. */
const { opt, memory, run } = workerData as ThreadStart;
const flags = new TrainingFlags(memory);
const send = (message: WorkerMessage) => parentPort!.postMessage(message);

try {
  const summary = await trainingLoop(opt, {
    emit: (event) => send({ event }),
    shouldStop: () => flags.shouldStop(),
    takeSave: () => flags.takeSave(),
    ...run,
  });
  send({ summary });
} catch (error) {
  send({ failure: sendError(systemErrorInWords(error)) });
}
