import type { TrainingSurroundings } from '../report/trainingEvents.js';
import type { Ranks } from './ranks.js';

/**
 * The surroundings of a training whose ranks stop and save together: what any of them is asked for, all do after the same
 * step. `shouldStop` is an exchange between the ranks.
 */
export function sharedRequests(own: TrainingSurroundings, ranks: Ranks): TrainingSurroundings {
  let isSaveAsked = false;
  return {
    ...own,
    ranks,
    shouldStop: () => {
      const asked = Float32Array.of(own.shouldStop() ? 1 : 0, own.takeSave?.() ? 1 : 0);
      ranks.sum([asked]);
      isSaveAsked ||= asked[1] > 0;
      return asked[0] > 0;
    },
    takeSave: () => {
      const wasAsked = isSaveAsked;
      isSaveAsked = false;
      return wasAsked;
    },
    isAskedToStop: () => own.shouldStop(),
  };
}
