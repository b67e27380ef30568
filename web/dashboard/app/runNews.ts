import type { RunSummary } from '../../../src/records/reading/runSummary.js';

const ALIVE: ReadonlySet<string> = new Set(['running', 'stalled']);

/** What a person who waits for a run wants to be told, now that its row has changed; undefined where it is nothing. */
export function newsOf(before: RunSummary, after: RunSummary): string | undefined {
  if (ALIVE.has(before.state) && !ALIVE.has(after.state)) {
    return after.stateReason === undefined ? after.state : `${after.state}: ${after.stateReason}`;
  }
  if (before.state === 'running' && after.state === 'stalled') return `stalled: ${after.stateReason ?? ''}`;
  const { alert } = after;
  const isNew = alert !== undefined && before.reading === undefined && alert.wall > (before.alert?.wall ?? 0);
  if (!isNew || !ALIVE.has(after.state)) return undefined;
  return alert.kind === 'nan' ? `${alert.label} is NaN, since step ${alert.step}` : alert.label;
}
