import { parseTrainOptions } from '../src/training/options.js';
import { sharedRequests } from '../src/training/parallel/sharedRequests.js';
import type { TrainingEvent } from '../src/training/report/trainingEvents.js';
import { trainingLoop } from '../src/training/trainingLoop.js';
import type { RankTask } from './rankThreads.js';

/** A training as one of several ranks; what it told of its steps and validations. */
const train: RankTask<readonly string[], unknown[]> = async (ranks, argv) => {
  const told: unknown[] = [];
  const emit = (event: TrainingEvent) => {
    if (event.kind === 'step') told.push([event.report.at, event.report.losses]);
    if (event.kind === 'validated') told.push(event.result);
  };
  const surroundings = sharedRequests({ emit, shouldStop: () => false }, ranks);
  await trainingLoop(parseTrainOptions(argv), surroundings);
  return told;
};

export default train;
