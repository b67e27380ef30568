import pLimit from 'p-limit';
import type { SweepRun } from '../../records/writing/sweepRecord.js';
import type { RunProgress } from './sweepFolder.js';

/** How a training of a sweep ended. */
export type RunOutcome =
  | { readonly end: 'done' | 'stopped' }
  /** `began`: whether it made its first step. */
  | { readonly end: 'failed'; readonly message: string; readonly began: boolean };

export interface SweepWork {
  /** Trainings at the same time. */
  readonly parallel: number;
  /** Whether runs that failed in an earlier call are tried again. */
  readonly retry: boolean;
  /** When aborted, no further run is begun; those under way are to end by themselves. */
  readonly stop: AbortSignal;
  progressOf(run: SweepRun): RunProgress;
  /** Trains a run, or goes on with it. Never rejects. */
  train(run: SweepRun): Promise<RunOutcome>;
  onStart?(run: SweepRun): void;
  onEnd?(run: SweepRun, outcome: RunOutcome): void;
}

/** What became of the runs of a sweep. */
export interface SweepSummary {
  readonly done: number;
  readonly failed: readonly { readonly run: SweepRun; readonly message: string }[];
  /** Those that are still to be made, or to be ended. */
  readonly left: number;
}

/**
 * Trains what is left of a sweep, some at a time, in order. A run that fails leaves the others to go on; only where no
 * training could begin at all, the next ones are not tried: what is wrong is wrong with all of them.
 */
export async function runSweep(runs: readonly SweepRun[], work: SweepWork): Promise<SweepSummary> {
  const { parallel, retry, stop } = work;
  const progress = runs.map((run) => ({ run, state: work.progressOf(run) }));
  const failed: { run: SweepRun; message: string }[] = [];
  let done = progress.filter(({ state }) => state === 'done').length;
  let hasBegun = done > 0;
  let isHopeless = false;
  const train = async (run: SweepRun) => {
    if (stop.aborted || isHopeless) return;
    work.onStart?.(run);
    const outcome = await work.train(run);
    work.onEnd?.(run, outcome);
    if (outcome.end === 'done') done++;
    if (outcome.end !== 'failed' || outcome.began) hasBegun = true;
    else if (!hasBegun) isHopeless = true;
    if (outcome.end === 'failed') failed.push({ run, message: outcome.message });
  };
  for (const { run, state } of progress)
    if (state === 'failed' && !retry) failed.push({ run, message: 'failed in an earlier call' });
  const open = progress.filter(({ state }) => state !== 'done' && (state !== 'failed' || retry));
  await pLimit(parallel).map(open, ({ run }) => train(run));
  return { done, failed, left: runs.length - done - failed.length };
}
