import { availableParallelism, cpus } from 'node:os';
import type { InferenceSession } from 'onnxruntime-common';

/** From so many threads on a step is faster if those that wait spin for a while, on cores that nobody else wants. */
export const MANY_THREADS = 4;
/** Microseconds that one of many threads spins before it blocks: longer than most operators have it wait. */
const SPINNING = 100;

/** How many threads compute. @param threads as in `sessionOptions` */
export function threadCount(threads: number): number {
  return threads || availableParallelism();
}

/**
 * The options that all sessions share.
 *
 * @param threads of one operator; 0: one per core. Those are bound to their cores, by the runtime, unless this process may use
 *   only some of them
 */
export function sessionOptions(
  threads: number,
  session: Readonly<Record<string, unknown>> = {},
): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'], // the library's own name for it
    intraOpNumThreads: threads === 0 && isConfined() ? threadCount(threads) : threads,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // In training a pattern is a second copy of all temporaries beside those of the first run, and saves no time; in
    // translating there is one for each size that occurs, which is never given back.
    enableMemPattern: false,
    extra: { session: { set_denormal_as_zero: '1', ...waiting(threadCount(threads)), ...session } },
  };
}

/** Whether this process may use fewer processors than there are: the runtime would count, and bind threads to, all of them. */
function isConfined(): boolean {
  return availableParallelism() < cpus().length;
}

/**
 * How threads wait for the next operator. A few that spin gain nothing on idle cores and halve the speed on busy ones; of many,
 * spinning for a short time, and not once a run is over, saves an eighth of a step (docs/performance.md).
 */
function waiting(threads: number): Readonly<Record<string, string>> {
  if (threads < MANY_THREADS) return { 'intra_op.allow_spinning': '0' };
  return {
    'intra_op.allow_spinning': '1',
    'intra_op.spin_duration_us': `${SPINNING}`,
    force_spinning_stop: '1',
  };
}
