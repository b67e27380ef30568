import { parentPort, workerData } from 'node:worker_threads';
import { Pix2PixError } from '../errors/pix2pixError.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { trainingLoop } from './trainingLoop.js';
import type { WorkerMessage } from './trainingThread.js';

/** The thread that trains: computing blocks it, while the main thread shows progress and minds signals. */
const { opt, stopFlag } = workerData as { opt: TrainOptions; stopFlag: Int32Array };
const send = (message: WorkerMessage) => parentPort!.postMessage(message);

try {
  const summary = await trainingLoop(opt, {
    emit: (event) => send({ event }),
    shouldStop: () => Atomics.load(stopFlag, 0) !== 0,
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
