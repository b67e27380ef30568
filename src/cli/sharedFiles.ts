import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { ALONE, type Place } from '../data/batch/batchShare.js';
import type { TranslationJob } from '../inference/translationJob.js';
import { launchOf } from '../training/parallel/launch.js';

/** `--part 2/8`: the second of eight parts. */
export function readPart(text: string): Place {
  const [, part, size] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const place = { rank: Number(part) - 1, size: Number(size) };
  if (part !== undefined && place.rank >= 0 && place.rank < place.size) return place;
  throw new InvalidArgumentError('it is a part and how many there are, such as 2/8');
}

/**
 * Which part of the files this process is to do, where several share them: as the launcher's environment says, MPI's or
 * Slurm's, or that of an indexed job of Kubernetes whose pods have `JOB_COMPLETIONS` set. Nothing connects the processes.
 */
export function partOf({
  JOB_COMPLETION_INDEX: index,
  JOB_COMPLETIONS: size,
  ...env
}: NodeJS.ProcessEnv): Place {
  const launch = launchOf(env);
  if (launch !== undefined) return launch;
  const place = { rank: Number(index), size: Number(size) };
  const isPart = [place.rank, place.size].every(Number.isSafeInteger) && place.rank < place.size;
  return isPart && place.rank >= 0 ? place : ALONE;
}

/** What one part has of all: everything is of one part alone, and parts differ by at most one. */
function partIn<T>(all: readonly T[], { rank, size }: Place): T[] {
  return all.filter((_, i) => i % size === rank);
}

/**
 * The jobs of one part.
 * @param skipsExisting whether those are left out whose output is there; it is put in place whole, so it is done
 */
export function jobsOfPart(
  jobs: readonly TranslationJob[],
  part: Place,
  skipsExisting: boolean,
): TranslationJob[] {
  const own = partIn(jobs, part);
  const isThere = ({ output }: TranslationJob) => typeof output === 'string' && existsSync(output);
  return skipsExisting ? own.filter((job) => !isThere(job)) : own;
}
