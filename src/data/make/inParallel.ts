/** Images in flight: enough to keep a few cores busy, few enough that large pictures fit in memory. */
const AT_ONCE = 4;

/** Runs the job over all items, a few at once; after a failure no new one starts, and none is still running. */
export async function inParallel<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  job: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const item of queue) {
      if (failures.length > 0) return;
      try {
        signal?.throwIfAborted();
        await job(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failures.length > 0) throw failures[0];
}
