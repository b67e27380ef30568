import { parentPort, workerData } from 'node:worker_threads';

/** The thread of `zeroedArrays`. Writing the zeros, which are there already, is what makes the memory real. */
const arrays = (workerData as readonly number[]).map((length) => new Float32Array(length).fill(0));
parentPort!.postMessage(
  arrays,
  arrays.map(({ buffer }) => buffer),
);
