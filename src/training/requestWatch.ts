import { takeRequests } from '../records/writing/runRequests.js';
import type { TrainingFlags } from './trainingFlags.js';

/** Milliseconds between two checks. */
const INTERVAL = 500;

/**
 * Passes on to a training what is asked of it by files in its folder. What was asked of the run before it is forgotten.
 *
 * @param say is told of each request
 * @returns ends the watch
 */
export function watchRequests(folder: string, flags: TrainingFlags, say: (text: string) => void): () => void {
  takeRequests(folder);
  const timer = setInterval(() => {
    const { stop, save } = takeRequests(folder);
    if (save) {
      say('asked to save a checkpoint after this step');
      flags.askToSave();
    }
    if (stop) {
      say('asked to stop: finishing the step, then saving');
      flags.askToStop();
    }
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
