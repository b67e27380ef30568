import '../base/noTelemetry.js';
import { Worker } from 'node:worker_threads';
import { receiveError, type SentError } from '../base/errors/sentError.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { noteLiveTraining } from './liveTrainings.js';
import type { RankStart } from './parallel/joinRanks.js';
import { sharedFailure } from './parallel/ranks.js';
import type { TrainingEvent, TrainingRunFacts, TrainingSummary } from './report/trainingEvents.js';
import type { TrainingFlags } from './trainingFlags.js';

/** The data that the training thread is started with. */
export interface ThreadStart {
  readonly opt: TrainOptions;
  /** Of `TrainingFlags`. */
  readonly memory: Int32Array<SharedArrayBuffer>;
  readonly run: TrainingRunFacts;
  /** Where this process is one of several ranks: how it takes part. */
  readonly rank?: RankStart;
}

/** The messages of the training thread: events, then how it ended. */
export type WorkerMessage =
  | { readonly event: TrainingEvent }
  | { readonly summary: TrainingSummary }
  | { readonly failure: SentError; readonly isShared: boolean };

/**
 * Runs `trainingLoop` in a thread of its own.
 *
 * @param run what its checkpoints carry and rest on
 * @param rank where it is one of several ranks
 * @throws what the loop throws, and what `onEvent` throws, which stops it as a request does
 */
export function trainInThread(
  opt: TrainOptions,
  onEvent: (event: TrainingEvent) => void,
  flags: TrainingFlags,
  { session, lock }: TrainingRunFacts = {},
  rank?: RankStart,
): Promise<TrainingSummary> {
  const run = { session, lock: lock && { path: lock.path, content: lock.content } }; // without its methods
  const worker = new Worker(new URL('./trainingWorker.js', import.meta.url), {
    workerData: { opt, memory: flags.memory, run, rank } satisfies ThreadStart,
    execArgv: [], // flags such as --input-type are for the main script and would be refused
  });
  worker.once('exit', noteLiveTraining(flags));
  return new Promise<TrainingSummary>((resolve, reject) => {
    let defect: unknown;
    const tell = (event: TrainingEvent) => {
      try {
        if (defect === undefined) onEvent(event);
      } catch (error) {
        defect = error;
        flags.askToStop(); // not by ending the thread, which ONNX Runtime does not survive inside a step
      }
    };
    worker.on('message', (message: WorkerMessage) => {
      if ('event' in message) tell(message.event);
      else if (defect !== undefined) reject(defect);
      else if ('summary' in message) resolve(message.summary);
      else reject(message.isShared ? sharedFailure(message.failure) : receiveError(message.failure));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the training thread ended with code ${code}`)));
  }).finally(async () => {
    await worker.terminate();
  });
}
