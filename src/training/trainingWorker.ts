import { parentPort, workerData } from 'node:worker_threads';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
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
  const { message, stack } = error as Error;
  const told =
    error instanceof Pix2PixError
      ? { summary: error.summary, facts: error.facts, fix: error.fix }
      : undefined;
  send({ failure: { message, stack, told } });
}
