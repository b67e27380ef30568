import { exitCodeOf, watchSignals } from './signals.js';

/**
 * Runs work that a signal may end early, in good order.
 *
 * @param work gets a signal that is aborted when it is to save and return
 * @param notice what a person is told when a signal comes
 * @returns the exit code: 0, or that of the signal, so that `pix2pix train && pix2pix test` ends there
 */
export async function untilSignal(
  work: (stop: AbortSignal) => Promise<void>,
  notice?: string,
): Promise<number> {
  const stop = new AbortController();
  const watch = watchSignals(() => stop.abort(), notice);
  try {
    await work(stop.signal);
  } finally {
    watch.dispose();
  }
  return watch.signal === undefined ? 0 : exitCodeOf(watch.signal);
}
