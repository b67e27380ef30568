import '../../base/noTelemetry.js';
import { sendError } from '../../base/errors/sentError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import { exportGenerator } from '../export/exportGenerator.js';
import type { PlaygroundAnswer, PlaygroundOrder } from './writePlayground.js';

/** The process of `writePlayground`. */
const send = (answer: PlaygroundAnswer) => process.send!(answer);
process.once('disconnect', () => process.kill(process.pid)); // the service has ended

process.once('message', async ({ source, options, out }: PlaygroundOrder) => {
  try {
    const onWarning = () => {}; // of the model, which its translations tell too
    await exportGenerator(source, { ...options, device: 'cpu', format: 'web', out, onWarning });
    send({});
  } catch (error) {
    send({ failure: sendError(systemErrorInWords(error)) });
  }
});
