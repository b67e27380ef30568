import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nearestName } from '../options/nearest.js';
import { openRuns, type RunIndex } from '../records/reading/runIndex.js';
import type { RunDetail } from '../records/reading/runSummary.js';
import { logDirectory } from './logDirectory.js';

const SHOWN = 8;

/**
 * All runs of a folder, read once.
 *
 * @param given the folder that a person has named, if any
 * @throws Pix2PixError where the folder cannot be read
 */
export async function openLogDirectory(given: string | undefined): Promise<RunIndex> {
  const folder = await logDirectory(given);
  const index = await openRuns(folder);
  const [problem] = index.problems;
  if (problem === undefined || index.list().length > 0) return index;
  throw new Pix2PixError(
    problem,
    { logdir: folder },
    'pass the folder with the runs as --logdir; it is what --checkpoints_dir was for the training',
  );
}

/**
 * The run of that name: its folder below the log directory, or the name that it was given on the dashboard.
 *
 * @throws Pix2PixError where there is none, with the nearest that there is
 */
export function chosenRun(index: RunIndex, name: string): RunDetail {
  const runs = index.list();
  const wanted = name.replace(/\/+$/, '');
  const named = runs.filter(({ annotations }) => annotations.displayName === name);
  const found = runs.find(({ id }) => id === wanted) ?? (named.length === 1 ? named[0] : undefined);
  if (found !== undefined) return index.detail(found.id)!;
  const names = runs.map(({ id }) => id);
  const near = nearestName(wanted, names);
  const others = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  throw new Pix2PixError(
    `there is no run ${name}`,
    { logdir: index.logDirectory, runs: names.slice(0, SHOWN).join(', ') + others || 'none' },
    near === undefined
      ? `${commandLine('runs')} lists them; --logdir looks elsewhere`
      : `did you mean ${near}?`,
  );
}
