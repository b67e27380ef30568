import { parentPort, workerData } from 'node:worker_threads';
import { sendError } from '../../base/errors/sentError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import { exportGenerator } from '../export/exportGenerator.js';
import type { PlaygroundAnswer, PlaygroundOrder } from './playgrounds.js';

/** The thread that writes a playground: comparing an export with its model blocks it, while translations go on. */
const { source, options, out } = workerData as PlaygroundOrder;
const send = (answer: PlaygroundAnswer) => parentPort!.postMessage(answer);

try {
  const onWarning = () => {}; // of the model, which its translations tell too
  await exportGenerator(source, { ...options, device: 'cpu', format: 'web', out, onWarning });
  send({});
} catch (error) {
  send({ failure: sendError(systemErrorInWords(error)) });
}
