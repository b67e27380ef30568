import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { RunIndex } from '../reading/runIndex.js';
import type { RunSummary } from '../reading/runSummary.js';
import type { RunsChanged } from './api.js';
import type { AppParts } from './appParts.js';

type Ends = Pick<AppParts, 'closing' | 'over'>;

/** Changes within so many ms become one message; and a silent line is shown to be alive so often. */
const GATHER = 200;
const HEARTBEAT = 15_000;

/**
 * Tells one visitor of changed runs, as server-sent events, until it goes; and when all is over, that it is. However slow
 * it takes them, no more than one row of each run waits for it.
 */
export function tellChanges(c: Context, index: RunIndex, { closing, over }: Ends) {
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (stream) => {
    const changed = new Map<string, RunSummary>();
    const gone = new Set<string>();
    let isToldOver = false;
    let wake = () => {};
    const unsubscribe = index.onChange((change) => {
      for (const run of change.runs) {
        changed.set(run.id, run);
        gone.delete(run.id);
      }
      for (const id of change.gone) {
        changed.delete(id);
        gone.add(id);
      }
      wake();
    });
    stream.onAbort(() => wake());
    const onEnd = () => wake();
    for (const signal of [closing, over]) signal.addEventListener('abort', onEnd);
    const isNews = () => changed.size + gone.size > 0 || (over.aborted && !isToldOver);
    try {
      await stream.writeSSE({ data: '', event: 'hello', retry: 1000 });
      while (!stream.aborted && !closing.aborted) {
        if (!isNews())
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, HEARTBEAT);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        if (stream.aborted || closing.aborted) break;
        if (!isNews()) {
          await stream.write(': alive\n\n');
          continue;
        }
        const message: RunsChanged = { runs: [...changed.values()], gone: [...gone] };
        changed.clear();
        gone.clear();
        await stream.writeSSE({ event: 'changed', data: JSON.stringify(message) });
        if (over.aborted && !isToldOver) {
          isToldOver = true;
          await stream.writeSSE({ event: 'over', data: '' });
        }
        await stream.sleep(GATHER);
      }
    } finally {
      unsubscribe();
      for (const signal of [closing, over]) signal.removeEventListener('abort', onEnd);
    }
  });
}
