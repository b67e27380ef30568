import { receiveError, type SentError } from '../../base/errors/sentError.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { TrainingSummary, TrainingSurroundings } from '../report/trainingEvents.js';
import { type Launch, threadsOf } from './launch.js';
import { connectByMpi } from './mpi/mpiCommunicator.js';
import { Ranks, SharedFailure, type WaitMarks } from './ranks.js';
import { requireSameStart } from './sameTraining.js';
import { sharedRequests } from './sharedRequests.js';

/** How one rank takes part in a training, as plain data. */
export interface RankStart {
  readonly launch: Launch;
  /** The options of its own command line; the first rank may have completed them from a checkpoint. */
  readonly given: TrainOptions;
  /** Of the first rank: why it cannot begin. The others wait for it already, and end with it. */
  readonly failure?: SentError;
}

type Train = (opt: TrainOptions, surroundings: TrainingSurroundings) => Promise<TrainingSummary>;

/**
 * Runs a training as one of the ranks that a launcher has started.
 *
 * @param opt of the first rank, complete; those of the others are passed over
 * @param marks told when it waits for others
 * @throws Pix2PixError where the ranks do not come together, or were not started alike; and what `train` throws
 */
export async function trainAsRank(
  { launch, given, failure }: RankStart,
  opt: TrainOptions,
  surroundings: TrainingSurroundings,
  { marks, train }: { readonly marks: WaitMarks; readonly train: Train },
): Promise<TrainingSummary> {
  marks.beginWait();
  const communicator = await connectByMpi(launch);
  marks.endWait();
  const ranks = new Ranks(communicator, marks);
  try {
    requireSameStart(ranks, given);
    await ranks.together(() => {
      if (failure !== undefined) throw receiveError(failure);
    });
    const common = ranks.fromFirst(opt);
    const { numThreads, intraThreads, gpu = common.gpu } = given;
    const own = { numThreads, intraThreads: intraThreads || threadsOf(launch), gpu };
    const summary = await train({ ...common, ...own }, sharedRequests(surroundings, ranks));
    ranks.close();
    return summary;
  } catch (error) {
    if (error instanceof SharedFailure) ranks.close(); // otherwise the others wait for this one, and the launcher ends them
    throw error;
  }
}
