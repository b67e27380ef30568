import { parseTrainOptions } from '../src/training/options.js';
import { sharedRequests } from '../src/training/parallel/sharedRequests.js';
import type { TrainingEvent } from '../src/training/report/trainingEvents.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { trainingLoop } from '../src/training/trainingLoop.js';
import type { RankTask } from './rankThreads.js';

/** A training as one of several ranks; what it told of its steps and validations. */
const train: RankTask<readonly string[], unknown[]> = async (ranks, argv) => {
  const told: unknown[] = [];
  const emit = (event: TrainingEvent) => {
    if (event.kind === 'step') told.push([event.report.at, event.report.losses]);
    if (event.kind === 'validated') told.push({ ...event.result.measures, images: event.result.images });
  };
  const isDisturbed = argv.includes(DISTURB) && ranks.rank === 1;
  if (isDisturbed) {
    const { sum } = ranks;
    ranks.sum = (arrays) => {
      sum.call(ranks, arrays);
      for (const array of arrays) if (array.length > 16) array[0] += 1; // a gradient, as of a broken machine
    };
  }
  const surroundings = sharedRequests({ emit, shouldStop: () => false }, ranks);
  const opt = completeOptions(parseTrainOptions(argv.filter((word) => word !== DISTURB)));
  await trainingLoop(opt, surroundings);
  return told;
};

/** Among the words of a command line: rank 1 computes wrongly. */
export const DISTURB = '--disturb';

export default train;
