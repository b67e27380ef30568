import { parentPort, workerData } from 'node:worker_threads';
import { sendError } from '../../base/errors/sentError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import { openSource } from '../pair/sourcePlan.js';
import { BatchProducer, type ProducedBatch } from './batchProducer.js';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './workerMessages.js';

// The thread in which images are decoded: it has an event loop of its own, so that the several steps of an image go
// on while the training thread is busy inside a step. Started by WorkerSupply.

type BatchRequest = Extract<WorkerRequest, { kind: 'batch' }>;

const port = parentPort!;
const { source, plan } = workerData as WorkerStart;
const producer = new BatchProducer(openSource(source), plan);

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'close') {
    port.close(); // the thread ends by itself when the images under way are done
    void producer.close();
  } else void answer(request);
});

async function answer({ id, epoch, batchIndex, skipped }: BatchRequest): Promise<void> {
  try {
    const produced = await producer.produce(epoch, batchIndex, skipped);
    port.postMessage({ id, produced } satisfies WorkerAnswer, buffersOf(produced));
  } catch (error) {
    port.postMessage({ id, error: sendError(systemErrorInWords(error)) } satisfies WorkerAnswer);
  }
}

/** Handed over, not copied. */
function buffersOf({ batch }: ProducedBatch): ArrayBuffer[] {
  if (batch === undefined) return [];
  return [batch.A.data.buffer as ArrayBuffer, batch.B.data.buffer as ArrayBuffer];
}
