import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type RunOutcome, runSweep, type SweepWork } from './runSweep.js';
import type { RunProgress } from './sweepFolder.js';

const runsOf = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `${i}`, options: {} }));
const DONE: RunOutcome = { end: 'done' };

/** Trains nothing: what each run is and comes to is said by its number. */
function sweep(
  count: number,
  outcome: (i: number) => RunOutcome,
  { states = {}, ...change }: Partial<SweepWork> & { states?: Readonly<Record<number, RunProgress>> } = {},
) {
  const trained: string[] = [];
  const [busy, most] = [new Set<string>(), { count: 0 }];
  const summary = runSweep(runsOf(count), {
    parallel: 1,
    retry: false,
    stop: new AbortController().signal,
    progressOf: ({ name }) => states[Number(name)] ?? 'new',
    train: async ({ name }) => {
      busy.add(name);
      most.count = Math.max(most.count, busy.size);
      for (let turns = 0; turns < 5; turns++) await turn();
      busy.delete(name);
      trained.push(name);
      return outcome(Number(name));
    },
    ...change,
  });
  return summary.then((summary) => ({ summary, trained, most: most.count }));
}

test('runs are trained one after another, or as many at a time as is said', async () => {
  const one = await sweep(5, () => DONE);
  assert.deepEqual([one.trained, one.most], [['0', '1', '2', '3', '4'], 1]);
  const three = await sweep(5, () => DONE, { parallel: 3 });
  assert.deepEqual([three.most, three.summary.done], [3, 5]);
});

test('what is done is left alone, what is begun goes on, what has failed is tried when asked', async () => {
  const states = { 0: 'done', 1: 'failed', 2: 'begun' } as const;
  const first = await sweep(4, () => DONE, { states });
  assert.deepEqual(first.trained, ['2', '3']);
  assert.deepEqual([first.summary.done, first.summary.failed.length, first.summary.left], [3, 1, 0]);
  const again = await sweep(4, () => DONE, { states, retry: true });
  assert.deepEqual([again.trained, again.summary.failed.length], [['1', '2', '3'], 0]);
});

test('a run that fails leaves the others to go on, unless none could begin', async () => {
  const fail = (began: boolean): RunOutcome => ({ end: 'failed', message: 'no', began });
  const later = await sweep(3, (i) => (i === 1 ? fail(false) : DONE));
  assert.deepEqual([later.trained, later.summary.done, later.summary.failed.length], [['0', '1', '2'], 2, 1]);
  const diverged = await sweep(3, () => fail(true));
  assert.deepEqual([diverged.trained.length, diverged.summary.failed.length], [3, 3]);
  const hopeless = await sweep(3, () => fail(false));
  assert.deepEqual([hopeless.trained, hopeless.summary.left], [['0'], 2]);
});

test('once it is to stop, nothing more is begun', async () => {
  const stop = new AbortController();
  const { trained, summary } = await sweep(
    4,
    (i) => {
      if (i === 1) stop.abort();
      return i === 1 ? { end: 'stopped' } : DONE;
    },
    { stop: stop.signal },
  );
  assert.deepEqual([trained, summary.done, summary.left], [['0', '1'], 1, 3]);
});
