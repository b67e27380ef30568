import { setTimeout as sleep } from 'node:timers/promises';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { TrainingEvent, TrainingSummary } from '../report/trainingEvents.js';
import type { TrainingFlags } from '../trainingFlags.js';
import type { Launch } from './launch.js';
import { SharedFailure } from './ranks.js';
import { RankLost, watchRanks } from './rankWatch.js';

/** Milliseconds after which a failure is told that the first rank has not met too: it would have ended all by then. */
const FIRST_TELLS = 15_000;

/**
 * Trains as one of the ranks that follow the first, which records, saves and shows. Of its own it tells only warnings,
 * such as those of images that no other rank has read.
 *
 * @param run trains in a thread
 * @throws SharedFailure for what the first rank tells of; Pix2PixError, with the rank in it, for what happened here alone
 */
export async function followFirst(
  opt: TrainOptions,
  launch: Launch,
  flags: TrainingFlags,
  run: (emit: (event: TrainingEvent) => void) => Promise<TrainingSummary>,
): Promise<TrainingSummary> {
  const watch = watchRanks(flags, launch, opt);
  try {
    return await Promise.race([
      watch.lost,
      run((event) => {
        if (event.kind === 'warning') console.warn(`rank ${launch.rank}: ${event.text}`);
      }),
    ]);
  } catch (error) {
    if (error instanceof SharedFailure || error instanceof RankLost || !(error instanceof Pix2PixError))
      throw error;
    await sleep(FIRST_TELLS);
    throw new Pix2PixError(
      error.summary,
      { ...error.facts, rank: `${launch.rank} of ${launch.size}` },
      error.fix,
    );
  } finally {
    watch.end();
  }
}
