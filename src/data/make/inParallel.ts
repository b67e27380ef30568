import pLimit from 'p-limit';

/** Images in flight: enough to keep a few cores busy, few enough that large pictures fit in memory. */
const AT_ONCE = 4;

/** Runs the job over all items, a few at once; after a failure no new one starts, and none is still running. */
export async function inParallel<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  job: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  await pLimit(AT_ONCE).map(items, async (item) => {
    if (failures.length > 0) return;
    try {
      signal?.throwIfAborted();
      await job(item);
    } catch (error) {
      failures.push(error);
    }
  });
  if (failures.length > 0) throw failures[0];
}
