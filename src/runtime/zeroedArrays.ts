import { Worker } from 'node:worker_threads';

/** Below so many elements in all, a thread costs more than it saves. */
const WORTH_A_THREAD = 16 * 1024 * 1024;

/**
 * Arrays of zeros whose memory is really there: the system hands out pages when they are first written, which for the
 * gradients and moments of the default networks takes seconds. A thread does it here, while the caller draws weights;
 * the arrays change hands without being copied.
 */
export async function zeroedArrays(lengths: readonly number[]): Promise<Float32Array[]> {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total < WORTH_A_THREAD) return lengths.map((length) => new Float32Array(length));
  const worker = new Worker(new URL('./zeroedArraysWorker.js', import.meta.url), { workerData: lengths });
  try {
    return await new Promise<Float32Array[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}
