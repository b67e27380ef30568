import { join } from 'node:path';
import { findRuns } from '../records/reading/findRuns.js';
import { DEMO_OPTIONS } from './demoOptions.js';

/** Where trainings keep their runs unless told otherwise, and where the demonstration keeps its own. */
const OF_TRAININGS = './checkpoints';
export const OF_DEMONSTRATION = `./${join(DEMO_OPTIONS.out.default, 'checkpoints')}`;

/** What `--help` says of `--logdir`. */
export const LOGDIR_HELP = `the folder with the runs (default: ${OF_TRAININGS}, or the demonstration's where that has none)`;

/** The log directory that a person has given, or else the one that has runs. */
export async function logDirectory(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const isDemonstration = !(await hasRuns(OF_TRAININGS)) && (await hasRuns(OF_DEMONSTRATION));
  return isDemonstration ? OF_DEMONSTRATION : OF_TRAININGS;
}

async function hasRuns(folder: string): Promise<boolean> {
  return findRuns(folder).then(
    ({ ids }) => ids.length > 0,
    () => false, // there is no such folder
  );
}
