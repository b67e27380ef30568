import { parentPort } from 'node:worker_threads';
import { drawTensor } from '../../engine/runtime/startingValues.js';
import type { DrawRequest } from './drawInThreads.js';

/** A thread that draws the tensors that it is told to. Started by `ThreadedDrawing`. */
parentPort!.on('message', ({ tensor, out }: DrawRequest) => {
  drawTensor(tensor, out);
  parentPort!.postMessage(tensor.index);
});
